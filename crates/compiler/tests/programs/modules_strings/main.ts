import { history, record } from "./history";
import { wrap } from "./wrap";
let text = "m" + 1;
console.log(wrap(text), text);
record(text);
record(wrap(text + "x"));
text += "changed";
record(text);
console.log(history());
