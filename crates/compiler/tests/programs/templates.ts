const name = "world";
const n: number = 3;
console.log(`hello ${name}`, `${n}${n}`, `${n + 1} and ${n * 2}`, ``, `plain`, `${true}|${-0}|${NaN}`);
console.log(`nested ${`inner ${n} ${`deep ${name}`}`}`);
console.log(`a
b ${n}
c`);
console.log(`\${escaped} \n \u0041 ${"$"}{}`, `$${n}$`, `{${n}}`);
console.log(`${n > 2 ? `yes ${n}` : "no"}`);
