export * from "./builder.ts";
export * from "./errors.ts";
export * from "./history.ts";
export * from "./json.ts";
export * from "./operation.ts";
export * from "./values.ts";
