const values = 3;
function row(a: number, b: number): void {
  console.log(a, b, a < b, a <= b, a > b, a >= b, a === b, a !== b);
}
row(1, 2);
row(2, 1);
row(values, 3);
row(-0, 0);
row(NaN, 1);
row(Infinity, 1e308);
row(-Infinity, -1e308);
row(0.1 + 0.2, 0.3);
row(5e-324, 0);
