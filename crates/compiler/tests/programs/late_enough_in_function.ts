function read(): string {
  return value + other;
}
function maybe(now: boolean): string {
  return now ? read() : "not yet";
}
console.log(maybe(false));
const value: number = 5;
let other = "x" + value;
console.log(maybe(true));
