export const PI = 3.14159;
export const NAME = "circle";
export const READY = true;
export const LIMIT = -5;
const half: number = 1 / 2;
export const derived: number = half * PI;
