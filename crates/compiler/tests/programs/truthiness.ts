function number(n: number): string {
  return n ? "truthy" : "falsy";
}
function text(s: string): string {
  if (!s) {
    return "falsy";
  }
  return "truthy";
}
console.log(number(0), number(-0), number(NaN), number(1), number(-1), number(0.1), number(Infinity));
console.log(text(""), text("0"), text(" "), text("false"));
let n = 3;
while (n) {
  console.log(n--);
}
let s = "x";
for (let i = 0; s; i++) {
  s = i > 2 ? "" : s + i;
}
console.log(s === "");
