import { next } from "./counter";
console.log("left", next());
export function left(): number {
  return next() * 10;
}
