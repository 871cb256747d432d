let seed = 42;
function random(): number {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
}
let inside = 0;
const rounds: number = 20000;
for (let i = 0; i < rounds; i++) {
  const x = random();
  const y = random();
  if (x * x + y * y < 1) inside++;
}
console.log(inside, (4 * inside) / rounds, seed);
