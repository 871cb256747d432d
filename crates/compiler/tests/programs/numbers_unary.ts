const a: number = 5;
const text: string = "";
console.log(-a, +a, - -a, -(-a), +-a, -+a, !a, !!a, !NaN, !text, !!text, !(text + "0"));
console.log(-(a ** 1) === undefined_value(), -(a ** 2), (-a) ** 2);
function undefined_value(): number {
  return -5;
}
