function find(limit: number): string {
  const prefix = "at " + limit;
  for (let i = 0; ; i++) {
    const text = prefix + ":" + i;
    if (i * i > limit) {
      return text;
    }
    if (i > 100) {
      let never = "n" + i;
      return never;
    }
  }
}
console.log(find(50), find(0), find(1e9));
function endless(n: number): number {
  while (true) {
    if (n > 10) return n;
    n *= 2;
  }
}
console.log(endless(3));
function after(n: number): number {
  return n;
  console.log("unreachable");
}
console.log(after(4));
