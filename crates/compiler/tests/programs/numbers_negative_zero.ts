const zero: number = 0;
const minus: number = -0;
console.log(minus, zero, -zero, 0 * -1, -0 + 0, -0 - 0, 0 / -5);
console.log("" + minus, `${minus}`, minus === zero, 1 / minus, 1 / zero);
console.log(-0 + "", minus + " apples");
