const base: number = 21;
export function value21(n: number): number {
  return base * n + 21 % 7;
}
