const base: number = 28;
export function value28(n: number): number {
  return base * n + 28 % 7;
}
