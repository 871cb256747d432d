const base: number = 1;
export function value1(n: number): number {
  return base * n + 1 % 7;
}
