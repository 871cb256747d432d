const base: number = 34;
export function value34(n: number): number {
  return base * n + 34 % 7;
}
