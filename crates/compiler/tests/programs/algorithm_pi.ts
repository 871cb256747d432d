function leibniz(terms: number): number {
  let sum = 0;
  let sign = 1;
  for (let k = 0; k < terms; k++) {
    sum += sign / (2 * k + 1);
    sign = -sign;
  }
  return 4 * sum;
}
console.log(leibniz(10), leibniz(1000), leibniz(100000));
