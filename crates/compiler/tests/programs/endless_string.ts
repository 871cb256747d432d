let text = "0123456789abcdef";
console.log("before");
while (true) {
  text = text + text;
}
