const base: number = 17;
export function value17(n: number): number {
  return base * n + 17 % 7;
}
