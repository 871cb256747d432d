let count = 0;
console.log("counter");
export function next(): number {
  count++;
  return count;
}
