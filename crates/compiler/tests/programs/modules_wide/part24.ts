const base: number = 24;
export function value24(n: number): number {
  return base * n + 24 % 7;
}
