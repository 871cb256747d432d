const base: number = 5;
export function value5(n: number): number {
  return base * n + 5 % 7;
}
