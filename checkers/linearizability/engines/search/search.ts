export * from "./depth-first.ts";
