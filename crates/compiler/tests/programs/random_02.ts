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
  console.log(s2);
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
  for (let i257 = 0; i257 < 3; i257++) {
    console.log((((gb = gb) ? (s2 = ("" + g0)) : `${n2}a ${s1}`) <= `-${(b1 === gb)}`), fs((s2 = fgs(gs)), cs), fn(n2, (`a ${gb}a ${(+NaN + g0)}` || (gs = gs + ("12" + g0) + n2))));
  }
  ((s2 = s2 + fgs(("é" + g0)) + c1) > fs((gb + ("it's" + g0)), (("😀" + g0) + b1)));
  if (((n1 * n1) === ((+1.5 + g0) - (+1 + g0)))) {
    console.log(`-${((n1 + n1) > (b1 ? (+7 + g0) : n1))}`);
    (s1 = s1 + fgs(((+0 + g0) + s1)) + (n1 || n1));
  } else {
    s2;
    ((n1 = n2) % fn(g1, (("😀" + g0) + c1)));
  }
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
  console.log(((s1 += (n2 + n2)) === fs((("xyz" + g0) + gb), (s2 + gb))), (s2 += ((c1 - n1) - (n2 - n1))), gb);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  for (let i548 = 0; i548 < 3; i548++) {
    if ((!(gb = b1))) {
      console.log((((s2 += n1) + (gb === gb)) > (cs + (s1 + c1))), (((g1 && c1) - (c1 / g1)) + ((n1 < g1) ? (s2 += s1) : (gs = gs + s1 + c1))));
      ((fgs(cs) + gb) || gs);
      (g1 + (s2 = fs(s1, s1)));
    } else {
      if (((s1 = ("a" + g0)) < (gs += gs))) continue;
    }
    if ((b1 === (b1 && gb))) {
      if ((!(b1 && gb))) break;
    } else {
      if (((s1 || ("b" + g0)) >= (s1 = cs))) continue;
      fs((s2 += (g1 = (+1.5 + g0))), (gs = (gb + (`t` + g0))));
    }
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((gs = ((s1 += s2) || (n2 + s2))), fgs((s1 = s1 + (cs + n2) + n2)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log(n1, gb);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (s2 = ((gs + ("\uff5e" + g0)) + (c1 / (+1e-7 + g0))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((s2 = (`a ${n2}` + (gb && gb))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (((gb ? g1 : c1) === (n2 / n2)) && ((c1 === g1) && (c1 > g1)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log(`${(n2 || (((+10 + g0)) ** (n2)))}`, ((`-${cs}` >= fgs(("😀" + g0))) + `a ${(gb === gb)}a ${(c1 >= g1)}${((+7 + g0) * (+3 + g0))}`));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((`a ${(b1 = gb)}` + cs));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  ((s1 += (n1 *= n2)) && `-${g1--}-${((n2) ** (n1))}`);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (gs += s2);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((fgs(`${b1}`) || (gs += (-((+255 + g0))))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
}
main();

