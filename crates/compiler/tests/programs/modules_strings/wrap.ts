export const LEFT = "[";
const RIGHT: string = LEFT === "[" ? "]" : LEFT;
export function wrap(text: string): string {
  text = LEFT + text + RIGHT;
  return text;
}
