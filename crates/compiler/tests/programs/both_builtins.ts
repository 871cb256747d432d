import { sha256Hex as digest } from "node:crypto";
import { sleepMs } from "node:timers/promises";
function slow(text: string): string {
  sleepMs(1);
  return digest(text);
}
console.log(slow("x"), slow(slow("y")));
