function repeat(text: string, n: number): string {
  let result = "";
  for (let i = 0; i < n; i++) result += text;
  return result;
}
function identity(s: string): string {
  return s;
}
function choose(first: boolean, a: string, b: string): string {
  if (first) return a;
  return b;
}
const s = repeat("ab", 3);
console.log(s, identity(s), identity(identity(s + "!")), choose(true, s, "x"), choose(false, s, "y" + 1));
repeat("dropped", 2);
identity("dropped");
console.log(repeat(identity("-"), 20));
