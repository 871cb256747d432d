import { a } from "./a";
import { shared } from "./shared";
console.log("b runs", a);
export const b: string = "b" + shared + a;
