const base: number = 37;
export function value37(n: number): number {
  return base * n + 37 % 7;
}
