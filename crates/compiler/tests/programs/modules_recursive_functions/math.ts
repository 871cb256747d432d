export function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}
export function pow(base: number, n: number): number {
  if (n === 0) return 1;
  const half = pow(base, (n - (n % 2)) / 2);
  return n % 2 === 0 ? half * half : half * half * base;
}
