import { PI } from "./constants";
export function area(r: number): number {
  return PI * r ** 2;
}
