let forward = 0;
let backward = 0;
for (let i = 1; i <= 1000; i++) {
  forward += 1 / i;
}
for (let i = 1000; i >= 1; i--) {
  backward += 1 / i;
}
console.log(forward, backward, forward === backward, forward - backward);
