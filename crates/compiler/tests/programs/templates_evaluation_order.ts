let log = "";
function note(text: string): string {
  log += text;
  return text;
}
console.log(`${note("a")}-${note("b")}-${log}-${note("c")}`, log);
let i = 0;
console.log(`${i++}${i++}${i}`);
