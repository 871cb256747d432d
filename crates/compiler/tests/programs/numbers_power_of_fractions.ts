let sum = 0;
for (let i = 1; i < 40; i++) {
  for (let j = 1; j < 10; j++) {
    const value = (i / 7) ** (j / 3 - 1.5);
    sum += value;
    console.log(value);
  }
}
console.log(sum);
