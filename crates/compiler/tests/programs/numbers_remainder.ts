console.log(7 % 3, -7 % 3, 7 % -3, -7 % -3, 7.5 % 2, -7.5 % 2);
console.log(5 % 0, 0 % 5, -0 % 5, 5 % 5, -5 % 5, 5 % Infinity, Infinity % 5, NaN % 1);
console.log(0.3 % 0.1, 1e17 % 3, 2 ** 53 % 7, 1.5 % 0.5, 1e308 % 3.7, 5e-324 % 2, 10 % 3.3);
let total = 0;
for (let i = -20; i <= 20; i++) {
  total += i % 7;
  console.log(i % 7, i % -7, i % 2 === 0);
}
console.log(total);
let n = 17;
n %= 5;
console.log(n);
