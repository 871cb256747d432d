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
  console.log(`-${n2}`, `${`-${((+1.5 + g0) - g1)}a ${(!gb)}-${(gb && gb)}`}${fgs(fs(gs, gs))}`, (gs = gs + `-${n2}${(cs <= cs)}a ${fs(gs, gs)}` + n1));
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
  console.log(n1, (++n2 / (((+-1 + g0) / c1) - fn(g1, gs))));
  console.log(fs(gs, ((b1 ? ("\uff5e" + g0) : s2) + (b1 = gb))), (((gb ? c1 : c1) / (n2 * g1)) >= (((+1e300 + g0) - (+3.25 + g0)) - ((n1) ** (n2)))));
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
  console.log(n1++, `a ${++n2}`);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  {
    let n1 = g1;
    let s1 = cs + 3.25;
    (((b1 = gb) ? fn(n2, gs) : (c1 + g1)) !== (b1 ? (-(c1)) : (n1 = c1)));
    (gb = (b1 && (!g1)));
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log(((!(g1 + (+1.5 + g0))) ? g1 : (fg(n2) * fg(c1))), (!(b1 || (g1 !== n1))), (((((+1e-7 + g0) - n1) % (n2 / c1))) ** (n2)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  if (`${(c1 || g1)}${(s1 + b1)}${(gs + (+Infinity + g0))}`) {
    console.log((n2 = fg(++n2)), ((((-((+3 + g0)))) ** (n2)) && ((g1 - n2) * (g1 || (+9007199254740993 + g0)))));
  } else {
    for (let i291 = 0; i291 < 2; i291++) {
      ((gb = (n2 !== (+0.5 + g0))) ? (`${(+Infinity + g0)}` && `${gb}${g1}`) : (s1 = s1 + fs(s2, (`t` + g0)) + (+255 + g0)));
    }
    console.log((n1++ >= fg((g1 / n2))), (gb = (b1 = (c1 > (+-0 + g0)))), (s2 += n2--));
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log(((n1 += fn((+10 + g0), cs)) + g1), s2);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log(((!(gb = b1)) ? ((g1 * (+0.5 + g0)) + ((+1e300 + g0) % n2)) : ((c1 % n2) % (((+255 + g0)) ** (n2)))), (gb = (fn((+Infinity + g0), ("😀" + g0)) >= n1)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  {
    let n1 = g1;
    let s1 = gs + 1;
    for (let i160 = 0; i160 < 1; i160++) {
      ((s2 += (s1 + gs)) > `a ${`${b1}-${cs}`}-${`a ${n1}-${gb}a ${s1}`}`);
      (s1 += ((n1 % c1) - (((+Infinity + g0)) ** (n2))));
      console.log((((b1 || gb) === (!gs)) === gb));
    }
    s2;
    {
      let n1 = g1;
      let s1 = cs + 3;
      console.log(((c1) ** ((n2 && (+1e-7 + g0)))), (((c1 + g1) + ((+10 + g0) && n2)) === (((+9007199254740993 + g0) % (+7 + g0)) - (n1 / g1))));
      (((b1 + s1) || fgs(("\uff5e" + g0))) + ((s2 = s2 + ("it's" + g0) + n1) <= (cs + gb)));
    }
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (s2 = s2 + (b1 ? (s2 += g1) : (s1 = ("%s" + g0))) + (g1 % c1));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  if ((((+-1 + g0) * n1) * (-((+Infinity + g0))))) {
    ((((+9007199254740993 + g0) && (+0 + g0)) / fg(n2)) * (fg(g1) || fg((+1e21 + g0))));
  } else {
    ((((+255 + g0) + n2) * (n1 + (+1e21 + g0))) / n1);
    console.log((cs + fg(((c1) ** (c1)))));
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (-(((g1 - c1) || ((n1) ** (g1)))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  for (let i453 = 0; i453 < 1; i453++) {
    console.log((((n1 + c1) / (n1 - (+9007199254740993 + g0))) >= ((c1 * c1) % (c1 % c1))), n2--, (b1 = (!(-(n1)))));
    console.log(((`-${("" + g0)}${("it's" + g0)}` && `${g1}`) + ((gb || b1) === (gb = b1))), (((n1 -= g1) + (n1 && c1)) && (fn(n2, cs) && ((+1 + g0) + n2))));
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log(fs(`a ${fg((+0 + g0))}`, (gs = (s2 += (+7 + g0)))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
}
main();

