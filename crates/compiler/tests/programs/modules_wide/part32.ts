const base: number = 32;
export function value32(n: number): number {
  return base * n + 32 % 7;
}
