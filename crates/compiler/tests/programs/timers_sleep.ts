import { sleepMs } from "node:timers/promises";
console.log("before");
sleepMs(5);
sleepMs(0);
sleepMs(-3);
sleepMs(1.9);
sleepMs(NaN);
console.log("after");
