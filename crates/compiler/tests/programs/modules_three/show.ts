export function show(label: string, value: number): void {
  console.log(`${label} = ${value}`);
}
