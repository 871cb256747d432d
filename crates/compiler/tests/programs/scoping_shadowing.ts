const x: number = 1;
{
  const x = "inner";
  console.log(x);
  {
    let x = true;
    x = !x;
    console.log(x);
  }
  console.log(x);
}
console.log(x);
function f(x: string): string {
  {
    let x = 5;
    x++;
    console.log(x);
  }
  for (let x = 0; x < 2; x++) {
    let y = x * 10;
    console.log(x, y);
  }
  return x;
}
console.log(f("parameter"));
for (let i = 0; i < 2; i++) {
  let i = "shadow";
  console.log(i);
}
if (true) {
  let x = "block";
  console.log(x);
} else {
  let x = 3;
  console.log(x);
}
