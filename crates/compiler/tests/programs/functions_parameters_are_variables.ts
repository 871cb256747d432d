function countdown(n: number, label: string): string {
  let text = "";
  while (n > 0) {
    text += label + n;
    n--;
    label = label + ".";
  }
  return text + "|" + label + "|" + n;
}
const label = "L" + 1;
console.log(countdown(3, label), label);
function many(a: number, b: string, c: boolean, d: number, e: string, f: boolean, g: number, h: number, i: number, j: number): string {
  return a + b + c + d + e + f + g + h + i + j;
}
console.log(many(1, "b", true, 4, "e", false, 7, 8, 9, 10));
