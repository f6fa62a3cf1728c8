export * from "./catalogue.ts";
export * from "./generators/index.ts";
export * from "./random.ts";
export { register } from "./register.ts";
export type { Check, Workload, WorkloadOperation, WorkloadOptions } from "./workload.ts";
