let x = 0.1;
for (let i = 0; i < 60; i++) {
  console.log(x, -x, 1 / x, x * x);
  x = x * 1.7 + 0.013;
}
let y = 1;
for (let i = 0; i < 120; i++) {
  console.log(y);
  y = y / 3 * 1.000001 + y / 700;
}
