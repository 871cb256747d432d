const base: number = 11;
export function value11(n: number): number {
  return base * n + 11 % 7;
}
