console.log();
console.log("");
console.log("", "");
console.log("a", "b", 1, true, -0, NaN);
console.log(1);
console.log(true);
console.log(-0);
console.log("a  b", " c ");
console.log(1, "2", false, "x", 3.5, "", 7);
