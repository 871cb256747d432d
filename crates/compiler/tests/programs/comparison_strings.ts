function row(a: string, b: string): void {
  console.log(a, b, a < b, a <= b, a > b, a >= b, a === b, a !== b);
}
row("a", "b");
row("a", "a");
row("a", "aa");
row("", "a");
row("Z", "a");
row("10", "9");
row("é", "z");
row("\u{1f600}", "\uff5e");
row("\u{1f600}", "\u{1f601}");
row("\ud83d\ude00", "😀");
row("ä", "a\u0308");
