let log = "";
function note(n: number): number {
  log += n + " ";
  return n;
}
function sum(a: number, b: number, c: number): number {
  return a * 100 + b * 10 + c;
}
console.log(sum(note(1), note(2), note(3)), log);
let i = 1;
console.log(sum(i, i++, i), sum(i++, i++, i++), i);
console.log(i, (i = 10), i, i + (i = 20) + i);
