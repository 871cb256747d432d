const base: number = 0;
export function value0(n: number): number {
  return base * n + 0 % 7;
}
