const zero: number = 0;
const empty: string = "";
const three: number = 3;
console.log(zero || 5, three || 5, zero && 5, three && 5, NaN || 7, -zero && 1, -zero || 2);
const x: string = "x";
console.log(empty || "default", x || "y", empty && "z", x && "y", x && x + "b" && "c", empty || empty || "last");
function pick(name: string): string {
  return name || "anonymous " + 1;
}
console.log(pick(""), pick("ann"), pick("" + ""));
let text = "t" + 1;
text = text && text + "!";
console.log(text);
