let state = "start" + 1;
function change(to: string): string {
  state = to + "!";
  return state;
}
function both(before: string, after: string): string {
  return before + "/" + after + "/" + state;
}
console.log(state + change("one"), state);
console.log(both(state, change("two")));
console.log(both(change("three"), state));
state += change("four");
console.log(state);
state = state + "5" + change("six");
console.log(state);
console.log(`${state} ${change("seven")} ${state}`);
function show(text: string): void {
  state = "overwritten" + state;
  console.log(text, state);
}
show(state);
console.log(state === change("eight"), state);
