let a = 1
let b = a
  + 2
const c = a
console.log(a, b, c)
a
++
b
console.log(a, b)
if (a) console.log("a")
else console.log("b")
function f(): number {
  return a +
    b
}
console.log(f())
;{
  console.log("block")
}
