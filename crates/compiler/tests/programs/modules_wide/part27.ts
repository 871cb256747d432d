const base: number = 27;
export function value27(n: number): number {
  return base * n + 27 % 7;
}
