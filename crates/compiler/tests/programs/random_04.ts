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
  for (let i701 = 0; i701 < 3; i701++) {
    if ((s2 !== fs(s1, s2))) {
      fg((((+3 + g0) + (+1e21 + g0)) / fg((+1e21 + g0))));
      if ((!fgs(cs))) continue;
      (s2 += `a ${n2}${b1}${(gs + g1)}`);
    } else {
      console.log((s1 = (s1 = s1 + (b1 + cs) + c1)), (-((c1 * (g1 * g1)))), (fs((s1 = s1 + s2 + (+1 + g0)), (gs = gs + gs + g1)) <= `-${((+7 + g0) < n1)}`));
      (s1 += (`${(+9007199254740993 + g0)}` + ((+3.25 + g0) > (+1 + g0))));
    }
  }
  console.log((((gs = cs) && (s1 += (+255 + g0))) + (fs(cs, s2) > (b1 ? s2 : cs))), --g1);
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
  (((("it's" + g0) + gs) + (cs || cs)) && (s1 + `-${c1}`));
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
  for (let i34 = 0; i34 < 2; i34++) {
    console.log(((gs = gs + (b1 ? gs : s1) + n2) && ((g1 + n2) + (s2 + gb))), fn(((n2 % (+100 + g0)) % fn(g1, gs)), ((s1 + gs) + `${gs}-${cs}${n2}`)));
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log(((s1 = (s2 = s2)) + gs), (cs + ((cs <= ("12" + g0)) ? ((n1) ** (n2)) : (n2 * c1))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (((fg(n1)) ** ((+3 + g0))) > ((c1 * n1) % (n1 % g1)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  if ((fg(n1) < ++n2)) {
    ++n2;
    for (let i604 = 0; i604 < 1; i604++) {
      console.log(((s1 = s1 + (s2 + b1) + (+100 + g0)) >= (gs = gs + (("%s" + g0) || cs) + g1)));
      if ((b1 = (!gb))) continue;
    }
  } else {
    console.log(`a ${fn(fg(n1), (s1 + gs))}`, (!(s2 = (s1 + b1))));
    console.log((b1 = ((("b" + g0) !== s1) === (!s2))));
    {
      let n1 = g1;
      let s1 = gs + Infinity;
      console.log(n2--);
      console.log(((fs(("é" + g0), s2) + ((+1e300 + g0) || (+1e21 + g0))) !== fs(((+-1 + g0) + s1), fgs(s2))), (((n1 + c1) <= n2) || ((b1 === b1) === b1)), ((b1 ? fg((+0 + g0)) : (n2 / (+0 + g0))) > g1--));
      (!((c1 + (+-0 + g0)) + c1));
    }
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (fn((c1 * (+255 + g0)), `a ${s1}`) / n1);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  b1;
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  ((((-((+1 + g0))) / (gb ? g1 : c1))) ** (fn((+7 + g0), s2)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  {
    let n1 = g1;
    let s1 = cs + 1;
    {
      let n1 = g1;
      let s1 = gs + 0.5;
      (((c1 / (+3.25 + g0)) - n1) + ((cs && ("%s" + g0)) && (cs + b1)));
      ((fg(n2) / n1) >= (((c1) ** (n2)) - ((+0 + g0) - g1)));
      console.log((((-(n1)) < (n2 - n1)) + fs((s2 + gb), (s2 += s2))), (-((fg(n2) / fg(g1)))), (fgs(fgs(cs)) || ((b1 ? c1 : (+1e300 + g0)) + `a ${b1}a ${b1}${c1}`)));
    }
    console.log(`-${`-${s1}-${(n2 % c1)}`}`, (n1 === (g1 -= ((+-0 + g0) + g1))), (((g1 / c1) - n2) + fn((g1 || (+Infinity + g0)), (cs + b1))));
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  ((!(g1 < c1)) && ((s2 = gs) !== fgs(cs)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log(fg((++n2 - --g1)), (n2 && ((n1 = g1) * fn((+1e-7 + g0), s2))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  for (let i993 = 0; i993 < 1; i993++) {
    if ((fg((+NaN + g0)) * (g1 -= c1))) {
      (((n1 + s2) && (s2 += g1)) + ((s2 += c1) + fn(c1, gs)));
      (gb = (((+-1 + g0) * n1) !== (n2 *= c1)));
    } else {
      (((s1 += (+3.25 + g0)) + (gs = gs + cs + n2)) + ((gb ? n1 : n2) * g1));
      console.log((((b1 && gb) === ((+1.5 + g0) !== (+1e21 + g0))) || ((n2 === c1) === (gb === b1))), ((((+0 + g0) + cs) <= (("12" + g0) + b1)) ? (n1 %= fg(n1)) : fg(fn((+1 + g0), gs))));
      console.log((((!n1) || ((+NaN + g0) <= n2)) || gb), (((b1 = gb) && (c1 === (+1e-7 + g0))) === ((b1 = gb) === ((+-0 + g0) === (+9007199254740993 + g0)))), (n2 -= (fg(n1) * (-(n2)))));
    }
    console.log((((s2 && s2) + (s1 = gs)) + fs(fgs(cs), fs(gs, s1))), g1, b1);
    console.log(((g1 %= (n2 * c1)) * (-(((n2) ** (n1))))));
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  {
    let n1 = g1;
    let s1 = gs + 1;
    c1;
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
}
main();

