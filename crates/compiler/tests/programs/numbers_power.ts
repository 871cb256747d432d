console.log(2 ** 10, 2 ** -1, 2 ** 0.5, 10 ** 3, 10 ** -3, 10 ** 21, 10 ** 308, 10 ** 309);
console.log((-2) ** 2, (-2) ** 3, -(2 ** 2), (-8) ** (1 / 3), 0 ** 0, 0 ** -1, (-0) ** -1, (-0) ** 3);
console.log(NaN ** 0, 1 ** Infinity, (-1) ** Infinity, 1 ** NaN, 0.5 ** Infinity, 2 ** -Infinity);
console.log(2 ** 3 ** 2, (2 ** 3) ** 2, 2 ** -1074, 2 ** -1075, 2 ** 1023, 2 ** 1024);
console.log(200 ** -2, 216 ** (1 / 3), 44.06769215129316 ** 9.776985705830157, 1.1 ** 10, 3 ** -211);
let x = 3;
x **= 4;
console.log(x);
for (let base = -3; base <= 3; base++) {
  for (let exponent = -3; exponent <= 3; exponent++) {
    console.log(base, exponent, base ** exponent);
  }
}
