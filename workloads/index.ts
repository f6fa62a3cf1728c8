export * from "./generators/index.ts";
export * from "./random.ts";
