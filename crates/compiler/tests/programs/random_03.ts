let g0 = 0;
let g1 = 5;
let gs = "g" + 1;
let gb = false;
const c1: number = 2.5;
const cs: string = "const" + c1;
let depth = 0;
function fn(n1: number, s1: string): number {
  let n2 = n1 + 1;
  let s2 = s1 + n1;
  let b1 = n1 < 2;
  if (depth > 3 || gs !== gs || s2 > "zzzz") { return n1; }
  depth++;
  console.log((s1 = s1 + (gb + (s1 += gs)) + (g1 + n2)), ((gb = (gb || b1)) === ((b1 === gb) && gb)));
  console.log((-(((((+1e-7 + g0)) ** (n2)) * c1))), ((gs += ((+-0 + g0) - c1)) + ((g1 % n1) / ((+0.5 + g0) * c1))), (((gs = gs + s1 + g1) <= (gs += ("12" + g0))) + fgs(`${s1}${g1}`)));
  (s1 = s1 + (b1 ? fs(gs, cs) : (cs + g1)) + fn(n2, s1));
  depth--;
  gs = "r" + (gs < "m");
  return n2;
}
function fs(s1: string, s2: string): string {
  let n1 = 3;
  let n2 = 4;
  let b1 = true;
  if (depth > 2) { return s1; }
  depth++;
  console.log((s1 = (`-${cs}` + (("%s" + g0) || gs))));
  `a ${(fs(s1, cs) < fgs(gs))}${fs(`-${b1}`, gs)}-${b1}`;
  depth--;
  return b1 ? s1 : s2;
}
function fg(n: number): number { g1 += n; return g1; }
function fgs(s: string): string { gs = s + "."; if (gs > "zz") { gs = "cut"; } return gs; }
function main(): void {
  let n1 = 1;
  let n2 = 2;
  let s1 = "s" + n1;
  let s2 = "";
  let b1 = true;
  (b1 = ((s2 >= s1) === (gb || gb)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (((n1 <= c1) === (b1 = b1)) ? fg(((+100 + g0) * c1)) : (((g1 || g1)) ** (g1)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (gb || b1);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  ((b1 = (b1 = gb)) === ((g1 -= c1) === g1--));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((((n1 / c1) % (g1 % g1)) && ((c1 * n2) - (g1 - g1))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((s2 = s2 + ((("12" + g0) + gb) + gb) + (c1 * (+3.25 + g0))), ((!fg(n1)) ? s2 : (gs += (s2 = s2 + ("😀" + g0) + n1))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((((g1 - n1) / fg(n2)) + ((cs + (+7 + g0)) && (gs = gs + cs + (+255 + g0)))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log(fg(((n1 || (+3.25 + g0)) || (-(n1)))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log(fs((n1 + (s2 = s2 + gs + n2)), (gs = gs + (s1 = s1) + c1)), s2, (g1-- !== n2));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log(((((-((+255 + g0)))) ** (c1)) && ((n1 - c1) + (n2 % n1))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (fn(c1, `-${c1}`) * ((n2 + n2) * ((+1e-7 + g0) - (+1e300 + g0))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((((gb ? (+3 + g0) : n1) === (n1 - c1)) === (s1 > (gs = cs))), (cs && (s1 += (b1 ? s2 : cs))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
}
main();

