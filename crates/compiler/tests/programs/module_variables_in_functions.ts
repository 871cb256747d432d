let count = 0;
let text = "log:";
let on = false;
const step: number = 5;
function bump(): number {
  count += step;
  text += count + ";";
  on = !on;
  return count;
}
bump();
bump();
console.log(count, text, on);
count = 100;
console.log(bump(), text, on);
for (let i = 0; i < 3; i++) bump();
console.log(count, text, on);
