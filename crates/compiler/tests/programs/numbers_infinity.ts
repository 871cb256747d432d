const inf: number = Infinity;
const zero: number = 0;
console.log(inf, -inf, 1 / zero, -1 / zero, 1e308 * 10, -1e308 * 10, 1e309);
console.log(inf > 1e308, inf === inf, -inf < inf, inf - 1 === inf, inf * 2);
console.log("" + inf, `${-inf}`, 1 / inf, -1 / inf, 5 % inf);
