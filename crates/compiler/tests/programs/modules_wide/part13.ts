const base: number = 13;
export function value13(n: number): number {
  return base * n + 13 % 7;
}
