function squareRoot(n: number): number {
  let guess = n / 2 + 0.5;
  for (let i = 0; i < 60; i++) {
    guess = (guess + n / guess) / 2;
  }
  return guess;
}
for (let n = 1; n <= 20; n++) {
  console.log(n, squareRoot(n), squareRoot(n) ** 2, n ** 0.5);
}
