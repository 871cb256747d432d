const base: number = 20;
export function value20(n: number): number {
  return base * n + 20 % 7;
}
