const base: number = 38;
export function value38(n: number): number {
  return base * n + 38 % 7;
}
