import type { Json } from "../../histories/json.ts";
import type { Validity } from "../../checkers/verdict.ts";
import type { ColumnEntry } from "./columns.ts";

/**
 * What the page can show before it has unpacked anything: the plain JSON at the head of a report. All text
 * in it is already printable; times are nanoseconds since the start of the run.
 */
export interface ReportSummary {
  readonly format: 1;
  readonly valid: Validity;
  readonly title: string;
  /** The outcome in one sentence that a newcomer understands. */
  readonly sentence: string;
  /** Name of the file that was checked, to show. */
  readonly source?: string;
  readonly run?: RunSummary;
  readonly versions: readonly (readonly [program: string, version: string])[];
  readonly verdicts: readonly VerdictSummary[];
  readonly counts: Counts;
  readonly faults: FaultSummary;
  readonly throughput: Throughput;
  /** How far clocks of nodes were off; left out where nobody looked. */
  readonly clocks?: ClockSummary;
  readonly functions: readonly string[];
  readonly nodes: readonly string[];
  readonly blocks: readonly BlockEntry[];
  /** What the reader of the history wanted known, and what this report leaves out. */
  readonly notes: readonly string[];
}

export interface RunSummary {
  readonly name: string;
  readonly system: string;
  readonly mutant?: string;
  readonly workload: string;
  readonly seed: string;
  readonly nodes: readonly string[];
  readonly concurrency: number;
  readonly rate?: number;
  readonly seconds: number;
  readonly faults: readonly string[];
  /** How nodes and clients were joined. */
  readonly network?: string;
  readonly command: string;
  readonly started: string;
}

export interface VerdictSummary {
  readonly checker: string;
  readonly model?: string;
  readonly valid: Validity;
  readonly reason?: string;
  /** What to do about an unknown verdict. */
  readonly advice?: string;
  readonly certificate?: { readonly kind: string; readonly verified: boolean | undefined };
  readonly statistics: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  /** Of a check of isolation: what it says of each level. */
  readonly levels?: readonly LevelSummary[];
  readonly strongest?: readonly string[];
  readonly weakestBroken?: readonly string[];
  /** The levels that were asked for; left out where all were. */
  readonly levelsAsked?: readonly string[];
  /** Anomalies found; `anomalies` holds the first of them only. */
  readonly found: number;
  readonly anomalies: readonly AnomalySummary[];
}

export interface LevelSummary {
  readonly name: string;
  readonly valid: Validity;
}

export interface AnomalySummary {
  /** Unique in the report: the type and a number. */
  readonly id: string;
  readonly type: string;
  readonly explanation: string;
  /** Indices of the events that contradict one another. */
  readonly operations: readonly number[];
  /** The event that the evidence points at: the operation that fits nowhere. */
  readonly focus?: number;
  /** Text of the key that the anomaly is about. */
  readonly key?: string;
  /** From the first to the last of its operations. */
  readonly window?: { readonly start: number; readonly end: number };
  /** Block that holds the evidence; absent when there is none or it was too large. */
  readonly block?: string;
}

export interface FunctionCount {
  readonly f: string;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
}

export interface Counts {
  readonly events: number;
  readonly operations: number;
  readonly functions: readonly FunctionCount[];
  readonly keys: number;
  readonly processes: number;
  /** Most operations open at one moment. */
  readonly concurrency: number;
  readonly start: number;
  readonly end: number;
}

/** One fault from the moment it may have begun to the moment it was surely over. */
export interface FaultSpan {
  /** Index into `kinds`. */
  readonly kind: number;
  readonly start: number;
  readonly end: number;
  /** Whether its end is the end of the run, for want of an event that stops it. */
  readonly open: boolean;
  readonly detail: string;
}

export interface FaultKind {
  readonly name: string;
  readonly color: string;
  readonly spans: number;
  /** Nanoseconds during which at least one such fault was on. */
  readonly active: number;
}

export interface FaultSummary {
  readonly kinds: readonly FaultKind[];
  readonly spans: readonly FaultSpan[];
  /** Faults that were asked for but did not take effect, in words. */
  readonly failed: readonly string[];
  /** What an operator had to do after the faults for the system to serve again; left out where it came back by itself. */
  readonly operator?: string;
}

/** Looks at the clocks of nodes. */
export interface ClockSummary {
  readonly nodes: readonly string[];
  /** When they were looked at. */
  readonly times: readonly number[];
  /** By node and look, milliseconds that the clock was ahead; null where the node did not say. */
  readonly offsets: readonly (readonly (number | null)[])[];
}

/** Completions per window of equal length. */
export interface Throughput {
  readonly start: number;
  readonly window: number;
  readonly ok: readonly number[];
  readonly fail: readonly number[];
  readonly info: readonly number[];
}

/** A packed part of the report: gzip, base64. */
export interface BlockEntry {
  readonly name: string;
  readonly rows: number;
  /** Columns of numbers; absent: the block is JSON. */
  readonly columns?: readonly ColumnEntry[];
  /** Nanoseconds in one unit of the columns `start` and `duration`. */
  readonly unit?: number;
}

/** A row of the block `values`: what one operation said, as JSON texts that may be cut. */
export type ValueRow = readonly [
  index: number,
  argument: string,
  result: string | null,
  error: string | null,
];

/** The block `evidence/<anomaly>`. */
export interface EvidenceBlock {
  readonly evidence: Json;
}
