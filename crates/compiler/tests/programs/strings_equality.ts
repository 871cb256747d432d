function join(a: string, b: string): string {
  return a + b;
}
console.log(join("ab", "c") === join("a", "bc"), join("a", "b") !== "ab", "" === join("", ""));
console.log(join("é", "") === "\u00e9", join("é", "") === "e\u0301");
