console.log("before");
function read(): number {
  return value;
}
function callsRead(n: number): number {
  return n > 0 ? read() : 0;
}
console.log(callsRead(0));
console.log(callsRead(1));
const value: number = 5;
console.log("never");
