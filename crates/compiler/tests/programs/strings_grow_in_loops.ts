let text = "";
for (let i = 0; i < 100000; i++) {
  text = text + "x" + i % 10;
}
let prefix = "";
for (let i = 0; i < 300; i++) {
  prefix = i + "," + prefix;
}
console.log(prefix);
let doubled = "ab";
for (let i = 0; i < 10; i++) {
  doubled += doubled;
}
console.log(doubled);
let same = text;
same += "!";
console.log(same === text, same === text + "!", text < same);
