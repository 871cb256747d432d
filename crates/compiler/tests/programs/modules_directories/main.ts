import { up } from "./deep/er/leaf";
console.log(up());
