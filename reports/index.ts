export { jsonLine, jsonResult, type JsonLineInput } from "./json-line.ts";
export type { ReportInput } from "./input.ts";
export { renderReport, writeReport } from "./report.ts";
export type { Shell } from "./shell.ts";
export { renderVerdict, type TerminalOptions } from "./terminal.ts";
export { count, counted, duration, percent, printable } from "./text.ts";
export * from "./cycle-dot.ts";
export * from "./isolation-evidence.ts";
export * from "./write-dot.ts";
