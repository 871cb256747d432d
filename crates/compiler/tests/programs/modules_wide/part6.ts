const base: number = 6;
export function value6(n: number): number {
  return base * n + 6 % 7;
}
