function binary(n: number): string {
  if (n === 0) return "0";
  let digits = "";
  while (n > 0) {
    digits = (n % 2) + digits;
    n = (n - (n % 2)) / 2;
  }
  return digits;
}
for (let n = 0; n < 18; n++) console.log(n, binary(n));
console.log(binary(2 ** 40 + 5));
