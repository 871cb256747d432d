let a = `x
y`;
console.log(a === "x\ny", a);
// comment
function f(): string {
  return "crlf";
}
console.log(f());
