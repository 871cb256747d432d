let total = 0;
for (let i = 0; i < 10; i++) {
  if (i % 2 === 0) continue;
  total += i;
}
if (total > 20) {
  const message = "big " + total;
  console.log(message);
} else {
  console.log("small");
}
{
  let total = "inner";
  total += "!";
  console.log(total);
}
console.log(total);
