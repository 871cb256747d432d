const base: number = 25;
export function value25(n: number): number {
  return base * n + 25 % 7;
}
