function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
function fibonacci(n: number): number {
  if (n < 2) return n;
  return fibonacci(n - 1) + fibonacci(n - 2);
}
function ackermann(m: number, n: number): number {
  if (m === 0) return n + 1;
  if (n === 0) return ackermann(m - 1, 1);
  return ackermann(m - 1, ackermann(m, n - 1));
}
console.log(factorial(5), factorial(20), factorial(25), factorial(170), factorial(171));
console.log(fibonacci(20), ackermann(2, 3));
