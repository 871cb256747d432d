let counter = 0;
function tick(): void {
  counter++;
}
function maybe(n: number): void {
  if (n > 2) {
    return;
  }
  counter += n;
}
function delegate(n: number): void {
  return maybe(n);
}
tick();
tick();
maybe(1);
maybe(5);
delegate(2);
console.log(counter);
counter > 0 ? tick() : maybe(2);
console.log(counter);
