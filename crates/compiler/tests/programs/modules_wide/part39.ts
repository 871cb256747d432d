const base: number = 39;
export function value39(n: number): number {
  return base * n + 39 % 7;
}
