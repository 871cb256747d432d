const base: number = 2;
export function value2(n: number): number {
  return base * n + 2 % 7;
}
