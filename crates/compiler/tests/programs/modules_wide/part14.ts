const base: number = 14;
export function value14(n: number): number {
  return base * n + 14 % 7;
}
