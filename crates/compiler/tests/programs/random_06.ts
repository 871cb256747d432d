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
  {
    let n1 = g1;
    let s1 = cs + 1e-7;
    if (fgs((s1 = s2))) {
      console.log((b1 = (fgs(("xyz" + g0)) !== (cs + gb))), (g1 *= (n1++ - (n1 / g1))));
    } else {
      ((n2 + ((n1) ** (c1))) % fn(((n2) ** ((+-0 + g0))), `${gb}${n1}`));
      console.log(b1);
    }
    (-((g1 %= (n2 * (+10 + g0)))));
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
  for (let i251 = 0; i251 < 1; i251++) {
    console.log(`a ${(gs += (b1 ? ("it's" + g0) : gs))}`);
  }
  (b1 = (!(c1 / g1)));
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
  console.log(((fg(c1) < (g1 += (+Infinity + g0))) && ((("%s" + g0) !== s2) || (("it's" + g0) >= cs))), ((gs = `a ${s2}`) + ((gb ? c1 : c1) <= (c1 + c1))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((((g1 || n2) % (c1 - n1)) && (fn(n1, s2) - (gb ? n2 : g1))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  for (let i837 = 0; i837 < 3; i837++) {
    (((g1 -= n2) + (n1 -= c1)) < ((c1 % n1) / c1));
    {
      let n1 = g1;
      let s1 = gs + 1.5;
      console.log((((gb = gb) + fgs(cs)) + n2), ((n2 / n2--) <= g1), c1);
    }
    {
      let n1 = g1;
      let s1 = cs + 255;
      console.log(((b1 = (n1 === c1)) + fs(fs(s1, ("b" + g0)), fs(gs, s2))));
      ((g1 -= ((+3.25 + g0) - g1)) / (fn(c1, gs) - fn(n1, s2)));
      console.log((((n1 / c1) <= ((+3 + g0) + (+0.5 + g0))) === gb), ++n2);
    }
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((s1 = `${(-(c1))}`), ((fg((+0.5 + g0)) - (c1 / g1)) - ((gs !== s1) ? (n1 - g1) : (c1 * c1))), (((-((+1e300 + g0))) * fg(n2)) % fg((n2 - g1))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  ((fs(cs, cs) + `-${s1}${c1}a ${g1}`) <= (s2 = s2 + (s1 = s1 + (`t` + g0) + n2) + (+1e300 + g0)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  ((g1 && (-(n2))) + `a ${((+-0 + g0) % (+0.5 + g0))}a ${(gb + s2)}a ${c1}`);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  if ((!(cs + gs))) {
    ((g1 *= (n2 && c1)) + ((("it's" + g0) + c1) + (cs && s2)));
  } else {
    `a ${b1}${`${b1}-${(b1 === gb)}-${(gs < gs)}`}`;
    if ((!c1)) {
      console.log((gs += ((((+1e-7 + g0)) ** (c1)) + ((+3.25 + g0) + (+1.5 + g0)))), gb, ((b1 = (b1 === gb)) === (gb = b1)));
    } else {
      n2;
      console.log((((("😀" + g0) + gb) + (((+NaN + g0)) ** (n2))) + (s1 = s1 + s2 + n1)), (fn(((+0.5 + g0) - n1), fgs(s1)) - ((fg(n1)) ** (g1))));
    }
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  ((s2 = s2 + (("it's" + g0) + n1) + (+1e21 + g0)) + ((gs !== gs) ? fn((+1e-7 + g0), gs) : (n2 - c1)));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log(b1, --g1);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (n2 === ++n2);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((((b1 = b1) === (b1 = b1)) && (!((+10 + g0) + n2))), b1);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (b1 = ((cs <= s2) || ((+1.5 + g0) !== (+10 + g0))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
}
main();

