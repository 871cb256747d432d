const base: number = 4;
export function value4(n: number): number {
  return base * n + 4 % 7;
}
