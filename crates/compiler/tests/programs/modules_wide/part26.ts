const base: number = 26;
export function value26(n: number): number {
  return base * n + 26 % 7;
}
