let log = "";
export function record(entry: string): void {
  log = log + "<" + entry + ">";
}
export function history(): string {
  return log;
}
