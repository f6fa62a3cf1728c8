import { inWords, type Json } from "../json.ts";
import type { ProcessId } from "../operation.ts";

/** `results.json`: what the checkers said of a run. Verdicts of `rashomon/checkers` are of this shape. */
export interface Results {
  readonly format: 1;
  readonly valid: boolean | "unknown";
  readonly checks: readonly StoredVerdict[];
  /** What was found while the run went on, where that was asked. */
  readonly whileRunning?: WhileRunning;
}

/** What the judge that goes along with a run found. */
export interface WhileRunning {
  readonly model: string;
  readonly objects: number;
  /** Objects that it could not follow to the end of the run. */
  readonly undecided: number;
  /** The first operation with which the history became impossible. Times are nanoseconds of the run. */
  readonly violation?: {
    readonly key?: Json;
    readonly process: ProcessId;
    readonly f: string;
    /** Indices of the operation's two events. */
    readonly invocation: number;
    readonly completion: number;
    /** When the operation returned. */
    readonly time: number;
    /** When the judge found it. */
    readonly detected: number;
    /** Whether the run was stopped there. */
    readonly stopped?: boolean;
  };
}

export interface StoredVerdict {
  readonly checker: string;
  readonly model?: string;
  readonly valid: boolean | "unknown";
  readonly anomalies: readonly {
    readonly type: string;
    readonly operations: readonly number[];
    readonly explanation: string;
    readonly evidence?: { readonly kind: string };
  }[];
  readonly certificate?: { readonly kind: string };
  readonly verified?: boolean;
  readonly reason?: string;
  readonly statistics: Readonly<Record<string, number>>;
  readonly notes?: readonly string[];
}

/** The violation that was found while the run went on, in words. */
export function tellWhileRunning(violation: NonNullable<WhileRunning["violation"]>): string {
  const { key, process, f, invocation, time, detected, stopped } = violation;
  const on = key === undefined ? "" : ` on key ${inWords(key)}`;
  return (
    `not linearizable since operation ${invocation} (process ${process}, ${f}${on}) returned at ${(time / 1e9).toFixed(3)} s, ` +
    `found while running ${((detected - time) / 1e6).toFixed(0)} ms later` +
    (stopped === true ? ", which ended the run" : "")
  );
}
