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
  (((!g1) || (gb === b1)) && (!s1));
  console.log(fgs(((g1 < (+Infinity + g0)) ? `a ${n2}` : fs(("b" + g0), cs))), fs(fgs((("%s" + g0) + s2)), `-${(s1 += (+100 + g0))}a ${(b1 = gb)}${n1++}`), (fgs(`${(+1 + g0)}`) + (!(((+Infinity + g0)) ** (g1)))));
  fn((g1 = (n1 || g1)), (s1 = (s1 = s1 + ("xyz" + g0) + (+Infinity + g0))));
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
  (((n2 * n1) + fg(c1)) !== (((+100 + g0) + n2) / (((+10 + g0)) ** ((+-1 + g0)))));
  (((n2 / c1) + (-(g1))) + n2);
  for (let i547 = 0; i547 < 2; i547++) {
    fgs(`-${(gs === s2)}-${(g1 * n1)}${`-${b1}`}`);
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
  console.log(n1, ((!g1) ? (g1 %= ((n2) ** (g1))) : (-(((c1) ** (n1))))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  if (((n2 + (+Infinity + g0)) === (n2 * c1))) {
    (gb = (g1 > g1));
    (-((-((-(n1))))));
    for (let i708 = 0; i708 < 2; i708++) {
      console.log(`${s2}-${b1}`, n2);
      (((-(c1)) % (gb ? n2 : c1)) + ((-((+1e300 + g0))) * (n1 - g1)));
      fs(((b1 ? gs : s1) + (("b" + g0) + gs)), (s1 || fs(cs, gs)));
    }
  } else {
    fs(fs((gb + cs), (s2 = s1)), ((gb = gb) ? `${("a" + g0)}-${gb}` : fgs(s2)));
    for (let i502 = 0; i502 < 3; i502++) {
      `-${(n1 = (c1 + (+1e300 + g0)))}-${(gs += `a ${(+0 + g0)}${gb}-${c1}`)}a ${fn((n2 %= g1), (cs + cs))}`;
      console.log((b1 = ((!b1) && b1)));
      console.log(gb, (fn((c1 * g1), (cs && cs)) % (((n2 + (+2 + g0))) ** (c1))));
    }
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  gb;
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  if (((s2 += gs) + n1)) {
    console.log(b1, (fgs((s2 += cs)) + gb), (gb = (n2 >= ((+-0 + g0) - c1))));
    fs((fgs(gs) + gb), (((+0.5 + g0) <= n1) + (s1 || s1)));
    console.log((c1 + ((-(c1)) % c1)), (fn((c1 + n2), fgs(gs)) < n1));
  } else {
    console.log((((n2 + s2) || s2) && `-${`-${s2}`}`));
    (((n1 += n1) % ((+1 + g0) * n1)) && (g1 -= fn(c1, ("\uff5e" + g0))));
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  {
    let n1 = g1;
    let s1 = cs + 255;
    {
      let n1 = g1;
      let s1 = gs + 255;
      console.log(`a ${((s1 = s1 + s2 + n1) + (n1 *= (+-1 + g0)))}`);
      ((!(b1 || b1)) + s2);
      (fs((s1 += n2), (s1 = s1 + ("it's" + g0) + (+-0 + g0))) <= `a ${(gs + cs)}a ${`-${(+1e-7 + g0)}${s2}a ${n1}`}`);
    }
    console.log(n1, ((c1 % fn((+0 + g0), ("it's" + g0))) === (fg(g1) - (-(n2)))));
    console.log((!((n1 / g1) !== (-(n1)))));
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (gb = (b1 = (!b1)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  ((s2 += (s1 += g1)) >= s1);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  if (s1) {
    {
      let n1 = g1;
      let s1 = cs + 10;
      (b1 = (b1 = (!n2)));
    }
    ((`-${gb}a ${gb}-${(+1e300 + g0)}` + (gs + c1)) + ((gs += (+2 + g0)) + (gs + cs)));
    ((fg(c1) - (n1 + c1)) - ((n1 >= (+2 + g0)) ? (b1 ? c1 : c1) : (c1 + c1)));
  } else {
    ((g1 = (-(n2))) > (((+100 + g0) <= (+0.5 + g0)) ? (n2 && n1) : (((+10 + g0)) ** (n2))));
    for (let i310 = 0; i310 < 2; i310++) {
      console.log(((fn(c1, s2) + (n2 %= n2)) - ((n2 + (+-1 + g0)) % ((+1 + g0) + (+2 + g0)))), gs, fs((s1 += (gb ? gs : s1)), (fgs(gs) || (cs || cs))));
      fg(((n2 -= n2) / ((+Infinity + g0) && n1)));
      (((n2 -= n2) * (-(g1))) < (n1 * (n1 % n2)));
    }
    if (fg(((+100 + g0) && n2))) {
      s1;
      ((s1 = s1 + (cs + gb) + c1) + n2);
      console.log(n2, (fg(n2) * (n2 / (c1 || (+7 + g0)))));
    } else {
      c1;
    }
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((((s2 < s1) ? (cs || ("%s" + g0)) : (s1 + ("12" + g0))) + (b1 = (("" + g0) <= gs))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((fs(((`t` + g0) + c1), (gs + gs)) && (`a ${gs}${gb}${c1}` + (gb ? cs : s1))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  for (let i151 = 0; i151 < 2; i151++) {
    ((fn(n2, s2) - n2) % (fg((+1.5 + g0)) * (g1 && c1)));
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  ((-((n2 || c1))) === ((gb || gb) ? ((+Infinity + g0) * c1) : (-(n1))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
}
main();

