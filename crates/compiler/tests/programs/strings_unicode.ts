const faces = "😀😁";
console.log("häß €", "日本語", faces, "a\u0308", "\u{1F600}", "\x41\u0042");
console.log("tab\there", "nul\0byte", "back\\slash", 'single\'s', "double\"s", `back\`tick`);
console.log("line one\nline two\r\nline three");
console.log("\v\f\b|", "\u2028|\u2029|\ufeff|");
const Größe: number = 3;
const $_a1 = "identifiers";
console.log(Größe, $_a1);
