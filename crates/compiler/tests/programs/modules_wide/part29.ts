const base: number = 29;
export function value29(n: number): number {
  return base * n + 29 % 7;
}
