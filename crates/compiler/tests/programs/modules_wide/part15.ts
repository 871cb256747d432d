const base: number = 15;
export function value15(n: number): number {
  return base * n + 15 % 7;
}
