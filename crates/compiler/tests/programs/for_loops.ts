for (let i = 0; i < 3; i++) console.log(i);
for (let i = 10; i > 0; i -= 4) console.log(i);
let j = 0;
for (; j < 2; ) j++;
console.log(j);
for (;;) {
  if (j++ > 4) break;
}
console.log(j);
for (let a = 0, b = 10; a < b; a++) {
  b--;
  console.log(a, b);
}
for (let i = 0; i < 5; i++) {
  if (i === 1) continue;
  if (i === 4) break;
  console.log("i", i);
}
for (j = 100; j < 102; j++);
console.log(j);
for (const fixed = 3; j < 105; j += fixed) console.log(fixed, j);
