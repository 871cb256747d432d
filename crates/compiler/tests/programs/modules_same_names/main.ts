import { run } from "./a_b";
import { run as other } from "./a-b";
import { run as third } from "./a/b";
const state: string = "main";
function helper(): string {
  return state;
}
console.log(helper(), run(), other(), third());
