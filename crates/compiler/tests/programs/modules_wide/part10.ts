const base: number = 10;
export function value10(n: number): number {
  return base * n + 10 % 7;
}
