import { shared } from "./shared";
console.log("a runs");
export const a: string = "a" + shared;
