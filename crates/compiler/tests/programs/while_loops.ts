let n = 27;
let steps = 0;
let peak = n;
while (n !== 1) {
  n = n % 2 === 0 ? n / 2 : 3 * n + 1;
  if (n > peak) peak = n;
  steps++;
}
console.log(steps, peak);
while (false) {
  console.log("never");
}
let i = 0;
while (true) {
  i++;
  if (i % 2 === 0) continue;
  if (i > 7) break;
  console.log(i);
}
