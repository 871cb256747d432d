const base: number = 18;
export function value18(n: number): number {
  return base * n + 18 % 7;
}
