console.log(1 + 2 * 3 - 4 / 2 % 3, (1 + 2) * 3, 2 * 3 ** 2, -3 + 4, 10 - 2 - 3, 100 / 10 / 2);
console.log(1 < 2 === true, 1 + 1 === 2 && 2 * 2 === 4 || false, !true === false);
console.log("a" + 1 * 2, "a" + (1 - 2), 5 - 3 + "b", true || false && false);
