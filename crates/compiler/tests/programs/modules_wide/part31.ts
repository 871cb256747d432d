const base: number = 31;
export function value31(n: number): number {
  return base * n + 31 % 7;
}
