function down(n: number): number {
  return down(n + 1) + 1;
}
console.log("before");
console.log(down(0));
console.log("never");
