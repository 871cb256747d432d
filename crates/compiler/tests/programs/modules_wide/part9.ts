const base: number = 9;
export function value9(n: number): number {
  return base * n + 9 % 7;
}
