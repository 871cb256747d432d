function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
function days(month: number, year: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
function pad(n: number): string {
  return n < 10 ? " " + n : "" + n;
}
let weekday = 4;
for (let month = 1; month <= 12; month++) {
  let line = "";
  for (let i = 0; i < weekday; i++) line += "   ";
  for (let day = 1; day <= days(month, 2026); day++) {
    line += pad(day) + " ";
    weekday = (weekday + 1) % 7;
    if (weekday === 0) {
      console.log(line);
      line = "";
    }
  }
  if (line) console.log(line);
  console.log("--", month);
}
