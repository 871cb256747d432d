const base: number = 23;
export function value23(n: number): number {
  return base * n + 23 % 7;
}
