export * from "./catalogue.ts";
export * from "./contracts/client.ts";
export * from "./contracts/protocol.ts";
export * from "./contracts/system.ts";
export * from "./define-system.ts";
