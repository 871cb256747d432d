let line = "";
for (let i = 0; i < 9; i++) line += "123456789 ";
console.log("%o", line + "\n" + line);
console.log("%O", line + "\n");
let long = "";
for (let i = 0; i < 2001; i++) long += "abcde";
console.log("%o", long);
console.log("%o", "`'\"${x}");
console.log("%o", "`'\"");
