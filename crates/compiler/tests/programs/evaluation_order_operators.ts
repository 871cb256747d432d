let log = "";
function note(name: string, n: number): number {
  log += name;
  return n;
}
console.log(note("a", 1) + note("b", 2) * note("c", 3), log);
log = "";
console.log((note("a", 1) + note("b", 2)) * note("c", 3) ** note("d", 2), log);
log = "";
console.log(note("a", 3) < note("b", 2) === note("c", 1) > note("d", 0), log);
let x = 2;
x = x++ * 3 + x;
console.log(x);
x += x++ + ++x;
console.log(x);
let y = 1;
y = (y = 5) + y * (y -= 2);
console.log(y);
