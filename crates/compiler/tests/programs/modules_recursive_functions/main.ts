import { fib, pow } from "./math";
console.log(fib(20), pow(2, 100), pow(3, 5));
