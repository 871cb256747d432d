import { left } from "./left";
import { right } from "./right";
import { next } from "./counter";
console.log(left(), right(), next(), left());
