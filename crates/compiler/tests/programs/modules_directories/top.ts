export function top(): string {
  return "top ";
}
