import { b } from "./b";
import { a } from "./a";
import "./effects";
console.log("main", a, b);
