function internal(n: number): number {
  return n + 100;
}
const hidden: string = "hidden" + 1;
function add(a: number, b: number): number {
  return a + b;
}
export { internal as first, hidden as second, add as total, add as alsoTotal };
