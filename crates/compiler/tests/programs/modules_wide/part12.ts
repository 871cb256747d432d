const base: number = 12;
export function value12(n: number): number {
  return base * n + 12 % 7;
}
