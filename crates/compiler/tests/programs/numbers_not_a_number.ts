const nan: number = NaN;
const zero: number = 0;
console.log(nan, 0 / zero, Infinity - Infinity, Infinity * 0, zero % zero);
console.log(nan === nan, nan !== nan, nan < 1, nan > 1, nan <= nan, nan >= nan, !(nan < 1));
console.log("" + nan, `${nan}`, -nan, nan + 1, nan * 0);
if (nan) {
  console.log("truthy");
} else {
  console.log("falsy");
}
