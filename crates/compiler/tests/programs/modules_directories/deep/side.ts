export function side(): string {
  return "side";
}
