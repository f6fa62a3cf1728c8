export * from "./checker.ts";
export * from "./verdict.ts";
