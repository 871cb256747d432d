import { fingerprint } from "./fingerprint";
console.log(fingerprint("a", 1), fingerprint("b", 2));
