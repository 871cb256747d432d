function not(value: boolean): boolean {
  return !value;
}
const no = not(true);
const yes = not(no);
console.log(yes === no, yes !== no, yes === !no, (1 < 2) === (3 < 4), (1 < 2) !== yes);
