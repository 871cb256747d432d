const base: number = 33;
export function value33(n: number): number {
  return base * n + 33 % 7;
}
