function write(): void {
  text = "early";
}
console.log("before");
write();
let text = "late";
console.log(text);
