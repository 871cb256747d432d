import { PI, NAME, READY, LIMIT, derived } from "./constants";
import { area } from "./area";
console.log(PI, NAME, READY, LIMIT, derived, area(2));
const PI2 = PI * 2;
console.log(PI2, NAME + "!", !READY, `${LIMIT}`);
