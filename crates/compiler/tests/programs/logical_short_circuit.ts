let calls = "";
function yes(name: string): boolean {
  calls += name;
  return true;
}
function no(name: string): boolean {
  calls += name;
  return false;
}
console.log(yes("a") && no("b"), no("c") && yes("d"), yes("e") || no("f"), no("g") || yes("h"), calls);
calls = "";
console.log(no("a") && yes("b") || yes("c") && no("d") || yes("e"), calls);
calls = "";
if (yes("1") && (no("2") || yes("3")) && !no("4")) {
  console.log("in", calls);
}
calls = "";
while (no("w") || yes("x") && no("y")) {
  console.log("never");
}
console.log(calls, !(yes("p") || no("q")), calls);
