export * from "./builder.ts";
export * from "./errors.ts";
export * from "./history.ts";
export * from "./json.ts";
export * from "./operation.ts";
export * from "./value-table.ts";
export * from "./values.ts";
export {
  detectFormat,
  formatOfName,
  historyFormats,
  parseHistoryFormat,
  writableFormats,
  type HistoryFormat,
  type WritableFormat,
} from "./codecs/format.ts";
export { readHistory, readHistoryFrom, type ReadOptions } from "./codecs/read.ts";
export { convertHistory, historyText, writeHistory } from "./codecs/write.ts";
export { requireShape, shapeFault, type SchemaName, type ShapeFault } from "./schema/schemas.ts";
export type { Results, StoredVerdict } from "./store/results.ts";
export { listRuns, openRun, Run, type StoredRun } from "./store/run.ts";
export { createRun, RunWriter, writeResults } from "./store/run-writer.ts";
export type { FaultBand, TestDescription } from "./store/test-description.ts";
export type { Recorder } from "./store/recorder.ts";
