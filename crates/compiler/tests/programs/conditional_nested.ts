function size(n: number): string {
  return n < 10 ? "small" : n < 100 ? "medium" : n < 1000 ? "large" : "huge";
}
console.log(size(1), size(10), size(100), size(1000));
const a: number = 5;
console.log((a > 3 ? a : -a) + (a < 3 ? 1 : 2), a > 3 ? a < 4 ? 1 : 2 : 3);
let s = "q" + a;
console.log(a > 3 ? s : "other", a > 9 ? s : "other" + a, (a > 3 ? s : s) + s);
