const state: string = "a/b";
function helper(): string {
  return state;
}
export function run(): string {
  return helper() + "3";
}
