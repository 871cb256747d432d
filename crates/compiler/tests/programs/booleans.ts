const t: boolean = true;
const f: boolean = false;
console.log(t, f, !t, !f, !!t, t && f, t || f, t && t, f || f, !(t && f));
console.log(t ? 1 : 2, f ? "a" : "b", t ? f : t);
let flag = false;
flag = !flag;
console.log(flag, flag === true);
