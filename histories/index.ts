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
export type { ClockOffset } from "./store/clock-offsets.ts";
export { listRuns, openRun, Run, type StoredRun } from "./store/run.ts";
export { createRun, RunWriter, writeResults } from "./store/run-writer.ts";
export type { FaultBand, TestDescription } from "./store/test-description.ts";
export type { Recorder } from "./store/recorder.ts";
export {
  readConsensusLog,
  readConsensusLogFrom,
  readConsensusLogs,
  type ConsensusLog,
  type ConsensusLogLine,
} from "./codecs/consensus-log.ts";
export { readTraceEvents, traceLines } from "./codecs/trace/native-trace.ts";
export { readTrace, readTraceFrom, type ReadTraceOptions } from "./codecs/trace/read-trace.ts";
export { EventTraceBuilder, type Counts, type EventTrace, type LoggedEvent } from "./event-trace.ts";
export type * from "./trace.ts";
