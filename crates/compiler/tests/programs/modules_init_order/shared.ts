console.log("shared runs");
export const shared: number = 1 + 1;
