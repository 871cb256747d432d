const state: string = "a_b";
function helper(): string {
  return state;
}
export function run(): string {
  return helper() + "1";
}
