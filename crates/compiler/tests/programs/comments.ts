#!/usr/bin/env node
// a line comment
/* a block
   comment */ console.log(/* inside */ 1, // trailing
  2 /* before the end */);
/** documentation */
function f(/* none */): number /* result */ { return 3; }
console.log(f()); // no line end after this