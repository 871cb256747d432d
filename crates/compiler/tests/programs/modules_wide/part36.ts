const base: number = 36;
export function value36(n: number): number {
  return base * n + 36 % 7;
}
