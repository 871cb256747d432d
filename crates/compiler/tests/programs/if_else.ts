function grade(score: number): string {
  if (score >= 90) {
    return "A";
  } else if (score >= 80) {
    return "B";
  } else if (score >= 70)
    return "C";
  else {
    if (score < 0) return "?";
  }
  return "F";
}
console.log(grade(95), grade(85), grade(75), grade(10), grade(-1));
if (true) console.log("always");
if (false) console.log("never"); else console.log("else");
if (1 > 2) {} else if (2 > 3) {} else { console.log("last"); }
