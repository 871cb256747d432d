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
  ((-(((+100 + g0) + g1))) > ((g1 % n2) % ((+100 + g0) * n1)));
  {
    let n1 = g1;
    let s1 = gs + 9007199254740993;
    for (let i298 = 0; i298 < 2; i298++) {
      n2;
      console.log((gb = (!(n1 / n1))), ((!fn((+10 + g0), s1)) || (gb = (b1 === gb))), (((g1 && g1) + (b1 ? gs : ("😀" + g0))) + b1));
    }
    console.log((n2 -= ((g1 / g1) + (b1 ? n1 : n1))), b1, (gs += ((("😀" + g0) + gb) && (s2 + cs))));
    b1;
  }
  {
    let n1 = g1;
    let s1 = cs + Infinity;
    {
      let n1 = g1;
      let s1 = gs + 3;
      (((("12" + g0) >= gs) || (b1 && b1)) ? fs((gs = s1), `-${g1}`) : (((+10 + g0) !== g1) + (gs += s2)));
    }
    {
      let n1 = g1;
      let s1 = cs + 1;
      console.log(fn(((gb ? (+1 + g0) : c1) / (g1 - c1)), `${fgs(s2)}`), ((((-(n1)) * ++n2)) ** ((g1 -= c1))), (g1 || --g1));
    }
    if (((g1 / (+2 + g0)) - n2)) {
      console.log((fs(gs, (s2 = s2 + s2 + (+255 + g0))) + `${(b1 && gb)}-${((+7 + g0) !== (+-1 + g0))}`));
      (((n1 * g1) < ((n2) ** (n2))) && (gb = (gb === b1)));
    } else {
      fn(((g1 - c1) && (c1 + (+0 + g0))), fgs((c1 + ("it's" + g0))));
      fgs(fgs(fs(s1, cs)));
      (!(g1 / (n2 / n2)));
    }
  }
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
  console.log((fg(((+0.5 + g0) - (+Infinity + g0))) !== (n1 *= (n1 / c1))), fgs((s1 = s1 + (cs + g1) + c1)), (gb = (!g1--)));
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
  for (let i243 = 0; i243 < 2; i243++) {
    fs((s2 = (s2 += ("\uff5e" + g0))), `a ${(!g1)}`);
    if ((s2 > (cs + (`t` + g0)))) {
      (((gb === gb) === (gb && b1)) && gb);
      `${((("b" + g0) < s1) === (b1 = gb))}-${(s2 = (s2 = s2 + s1 + (+1e21 + g0)))}`;
      console.log((s2 += fg((n1 || n2))));
    } else {
      console.log(`-${g1}`, gb, ((b1 = (b1 = gb)) || ((s2 || s2) < (("12" + g0) || cs))));
    }
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  fgs(((s1 = gs) + (c1 - n2)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  {
    let n1 = g1;
    let s1 = gs + 1e300;
    if ((s2 = s2 + gs + c1)) {
      ((s2 += (g1 / n2)) + ((s1 + ("😀" + g0)) + (b1 === gb)));
      n2;
      ((b1 = b1) ? (`${cs}` + fs(cs, gs)) : fs(fs(gs, gs), (gb ? ("12" + g0) : cs)));
    } else {
      ((b1 = (n2 > g1)) && ((n1 % (+7 + g0)) !== ((g1) ** (g1))));
    }
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((b1 = gb));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  ((gs = (gs = gs + ("b" + g0) + n1)) + ((-(c1)) / ((+1e300 + g0) % n2)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  {
    let n1 = g1;
    let s1 = gs + 10;
    (((c1 - n2) - (n1 - n2)) + s2);
    {
      let n1 = g1;
      let s1 = cs + 10;
      console.log((((c1 !== n1) ? (cs + (+Infinity + g0)) : (gb + ("\uff5e" + g0))) + (((+1e21 + g0) * c1) / ((c1) ** (n2)))));
    }
    ((s1 + (c1 + (+Infinity + g0))) + ((b1 && b1) && (!n1)));
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  for (let i362 = 0; i362 < 2; i362++) {
    console.log((fs((s1 = s1 + gs + g1), fgs(("b" + g0))) === ((n2 && n2) + (b1 ? cs : gs))));
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (!(fg(n1) && (n2 %= n2)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((((fn(g1, s2)) ** ((+0.5 + g0))) === ((gb = gb) ? (n1 * g1) : (g1 + g1))), (n1 + (c1 + (g1 - n1))), ((s2 += fs(("xyz" + g0), s2)) + ((gb ? c1 : n1) + ++n2)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (s1 = s1 + ((gs = gs) + fgs(gs)) + (-((+9007199254740993 + g0))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (fgs(`-${n1}a ${b1}-${(+0 + g0)}`) === (`-${(+-0 + g0)}-${b1}` && (s2 || cs)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (g1 += n1++);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
}
main();

