const base: number = 8;
export function value8(n: number): number {
  return base * n + 8 % 7;
}
