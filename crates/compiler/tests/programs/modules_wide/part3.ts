const base: number = 3;
export function value3(n: number): number {
  return base * n + 3 % 7;
}
