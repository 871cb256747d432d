import { sha256Hex } from "node:crypto";
console.log(sha256Hex(""), sha256Hex("abc"));
let chain = "seed";
for (let i = 0; i < 100; i++) chain = sha256Hex(chain + i);
console.log(chain);
console.log(sha256Hex("häß €😀"), sha256Hex("a") === sha256Hex("b"));
