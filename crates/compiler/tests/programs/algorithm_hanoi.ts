let moves = 0;
function hanoi(n: number, from: string, to: string, via: string): void {
  if (n === 0) return;
  hanoi(n - 1, from, via, to);
  moves++;
  if (n > 2) console.log(`${n}: ${from} -> ${to}`);
  hanoi(n - 1, via, to, from);
}
hanoi(5, "A", "C", "B");
console.log(moves);
