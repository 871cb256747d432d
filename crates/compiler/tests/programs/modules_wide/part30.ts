const base: number = 30;
export function value30(n: number): number {
  return base * n + 30 % 7;
}
