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
  console.log(c1, (s2 += ((cs || s1) + gb)));
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
  if (((n1 = n1) >= (((+0 + g0)) ** (c1)))) {
    ++n2;
    `${((g1 + c1) === ((c1) ** ((+3.25 + g0))))}`;
  } else {
    console.log(fn(fg((g1 + n1)), fgs((cs + n1))), (`a ${(b1 = b1)}a ${(("%s" + g0) + b1)}${(gb === gb)}` + (fn((+3.25 + g0), ("%s" + g0)) % ((n1) ** (g1)))));
    fg(g1);
  }
  {
    let n1 = g1;
    let s1 = cs + 0;
    (b1 === (!(s2 < ("é" + g0))));
    console.log(((n1 * (-(n2))) * ((g1 % (+1e21 + g0)) || g1)), (((gs + (+1e21 + g0)) + `a ${("\uff5e" + g0)}-${s2}-${b1}`) || fs((gs = s2), (gs += n1))), (gs += fg((n2 - (+1e-7 + g0)))));
    console.log(`-${((s1 === ("it's" + g0)) ? n2 : (g1 + c1))}a ${((("\uff5e" + g0) + n1) || (s2 = s2 + ("" + g0) + g1))}a ${`-${((+1e300 + g0) * (+1e300 + g0))}${(!n1)}`}`);
  }
  console.log(((((gb === gb) ? (n2 = c1) : (n1 * n1))) ** (fn((+3 + g0), ("😀" + g0)))));
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
  console.log((b1 = (!((+100 + g0) > n1))), `-${((n1 + c1) - (n2 - n1))}`, (((gb || b1) && (b1 === b1)) ? (fgs(("é" + g0)) + (gb === gb)) : `-${`${cs}a ${n2}${s1}`}${fgs(gs)}`));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  if (`${`${s1}-${s2}${s1}`}`) {
    console.log(((--g1 || (g1 + n2)) <= (((+10 + g0) * g1) - ((n1) ** ((+1e300 + g0))))));
    if ((fg(n1) && (b1 ? c1 : (+1e300 + g0)))) {
      cs;
      console.log((`-${(b1 = b1)}a ${(n2 * (+1e21 + g0))}` + fn((n2 / g1), (gs = (`t` + g0)))), (!(n2 *= (-(g1)))));
    } else {
      (!(++n2 % ((g1) ** ((+100 + g0)))));
      console.log(b1, fn(((n2 % n1) / fn(g1, s2)), (gs = (s1 + g1))), (((n2 / (+-0 + g0)) / ((+NaN + g0) - c1)) <= (fg(c1) + (c1 && (+3.25 + g0)))));
      (((-((+0.5 + g0))) - (n2 || g1)) !== n2);
    }
    ((((+9007199254740993 + g0) >= n1) ? fgs(s1) : (s2 = (`t` + g0))) && ((s2 = gs) + n2--));
  } else {
    console.log(fs((`a ${c1}-${gb}` || ((+3.25 + g0) + cs)), (gs = gs + (gb ? cs : s2) + n1)));
    {
      let n1 = g1;
      let s1 = cs + 255;
      console.log((!((n2 !== (+255 + g0)) || (("it's" + g0) < gs))), (gb = ((("12" + g0) && s1) > (s1 = cs))));
      console.log(n1, ((fn(g1, s2) % ((g1) ** (n1))) % --g1));
    }
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (((g1 || n2) / fn(g1, ("😀" + g0))) !== (-((b1 ? (+0 + g0) : (+255 + g0)))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  fgs(((!n2) + cs));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log(((s1 = (("12" + g0) + c1)) && (fs(gs, s2) + (n2 = (+1 + g0)))), ((((c1 * g1)) ** (n2)) + (-(fn(c1, s2)))), (-((c1 && g1))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (s1 = s1 + ((n1 / c1) + gs) + ((n2) ** ((+0 + g0))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  console.log((fn((b1 ? g1 : (+1 + g0)), (s1 = s2)) + ((n2 < n2) ? (b1 ? c1 : g1) : (b1 ? n2 : n1))), (s2 = (s1 = fs(("\uff5e" + g0), ("a" + g0)))));
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  for (let i761 = 0; i761 < 3; i761++) {
    console.log(((((+-0 + g0) + n1) % g1) + (n1 += (n2 / (+NaN + g0)))), (((gb ? n1 : (+1 + g0)) !== (gb ? g1 : (+2 + g0))) ? ((n2 % g1) || fn((+9007199254740993 + g0), s2)) : n1));
    for (let i761 = 0; i761 < 1; i761++) {
      if ((gb = (n2 === g1))) continue;
    }
    {
      let n1 = g1;
      let s1 = cs + 10;
      fs(fs((gs = s1), (gs + c1)), `${fn((+-1 + g0), ("" + g0))}-${(s2 = gs)}`);
      (((gb === gb) === gb) === ((s2 + b1) < (("it's" + g0) + ("%s" + g0))));
    }
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  for (let i731 = 0; i731 < 1; i731++) {
    for (let i68 = 0; i68 < 3; i68++) {
      ((((n2) ** (c1)) + --g1) !== ((-((+Infinity + g0))) && fg(g1)));
      n1;
      (fn(n1, (gb ? cs : gs)) + fs(fs(s1, ("%s" + g0)), fs(gs, cs)));
    }
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  for (let i463 = 0; i463 < 2; i463++) {
    (s1 = s1 + (s1 = `-${n1}${n1}-${("\uff5e" + g0)}`) + (gb ? g1 : c1));
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  (fgs((s2 + n2)) || `a ${fg(g1)}`);
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
  {
    let n1 = g1;
    let s1 = cs + -0;
    c1;
    {
      let n1 = g1;
      let s1 = gs + -1;
      (-(((c1 + n2) + (n1 % c1))));
    }
  }
  s1 = "s" + b1; s2 = "t"; gs = "h"; depth = 0;
}
main();

