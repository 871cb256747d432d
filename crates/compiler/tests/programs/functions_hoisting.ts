console.log(later(2));
const factor: number = 21;
function later(n: number): number {
  return n * 21;
}
console.log(useFactor());
function useFactor(): number {
  return factor * 2;
}
