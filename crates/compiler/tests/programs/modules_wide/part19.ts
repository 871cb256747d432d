const base: number = 19;
export function value19(n: number): number {
  return base * n + 19 % 7;
}
