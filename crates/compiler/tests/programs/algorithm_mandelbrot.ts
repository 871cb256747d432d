function escape(cx: number, cy: number, limit: number): number {
  let x = 0;
  let y = 0;
  let n = 0;
  while (x * x + y * y <= 4 && n < limit) {
    const t = x * x - y * y + cx;
    y = 2 * x * y + cy;
    x = t;
    n++;
  }
  return n;
}
for (let row = -10; row <= 10; row++) {
  let line = "";
  for (let column = -30; column <= 15; column++) {
    const n = escape(column / 15, row / 10, 50);
    line += n >= 50 ? "#" : n > 10 ? "+" : n > 4 ? "." : " ";
  }
  console.log(line);
}
