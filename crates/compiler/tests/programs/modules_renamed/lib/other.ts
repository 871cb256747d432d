import { alsoTotal } from "./names";
export function first(s: string): string {
  return s + alsoTotal(3, 4);
}
