function unused(a: number): number {
  return a;
}
