const base: number = 16;
export function value16(n: number): number {
  return base * n + 16 % 7;
}
