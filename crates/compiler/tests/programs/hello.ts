function greet(name: string, times: number): string {
  let text = "";
  for (let i = 0; i < times; i++) {
    text += `Hello, ${name} #${i + 1}! `;
  }
  return text;
}

console.log(greet("world", 3));
console.log(1, true, "x", -0, 0.1 + 0.2);
