for (let i = 1; i <= 9; i++) {
  let row = "";
  for (let j = 1; j <= 9; j++) {
    if (j > i) break;
    if ((i + j) % 5 === 0) continue;
    row += `${i}x${j}=${i * j} `;
  }
  console.log(row);
}
let found = 0;
let candidate = 2;
while (found < 30) {
  let prime = true;
  for (let d = 2; d * d <= candidate; d++) {
    if (candidate % d === 0) {
      prime = false;
      break;
    }
  }
  if (prime) {
    found++;
    console.log(candidate);
  }
  candidate++;
}
