const base: number = 22;
export function value22(n: number): number {
  return base * n + 22 % 7;
}
