import { next } from "./counter";
console.log("right", next());
export function right(): number {
  return next() * 100;
}
