let a = "a" + 1;
let b = a;
a += "x";
console.log(a, b);
b = b + b + a;
console.log(a, b);
function change(s: string): string {
  s += "!";
  s = s + s;
  return s;
}
console.log(change(a), a);
const kept = a;
a = a;
a = "new";
console.log(kept, a);
let c = "c";
c = c + (c = "d") + c;
console.log(c);
let d = "d";
d += (d = "e") + d;
console.log(d);
