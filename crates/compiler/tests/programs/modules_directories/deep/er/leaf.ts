import { top } from "../../top";
import { side } from "../side";
export function up(): string {
  return top() + side();
}
