function sign(n: number): string {
  let text: string;
  if (n > 0) {
    text = "plus";
  } else if (n < 0) {
    text = "minus";
  } else {
    return "zero";
  }
  return text;
}
console.log(sign(3), sign(-3), sign(0));
let total: number;
total = 5;
total += 1;
console.log(total);
