const base: number = 35;
export function value35(n: number): number {
  return base * n + 35 % 7;
}
