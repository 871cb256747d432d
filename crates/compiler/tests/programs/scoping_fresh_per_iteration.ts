for (let i = 0; i < 3; i++) {
  let text = "start";
  let count = 0;
  text += i;
  count += i;
  console.log(text, count);
}
let n = 0;
while (n < 3) {
  const square = n * n;
  let s: string;
  if (square > 1) {
    s = "big";
  } else {
    s = "small";
  }
  console.log(square, s);
  n++;
}
