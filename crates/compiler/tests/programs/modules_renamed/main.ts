import { first as one, second, total as sum } from "./lib/names";
import { first } from "./lib/other";
console.log(one(1), second, sum(1, 2), first("x"));
