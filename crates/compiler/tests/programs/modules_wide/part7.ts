const base: number = 7;
export function value7(n: number): number {
  return base * n + 7 % 7;
}
