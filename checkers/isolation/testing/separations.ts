import type { PlainHistory, PlainOperation, PlainTransaction } from "../formalisms/plain.ts";
import recorded from "./separations.json" with { type: "json" };

/**
 * Small histories that together tell all levels apart: wherever one level does not imply another, one of them is of the first and not of the
 * second. Found among tens of thousands of random ones and the published anomalies, each judged by brute force; all other pairs of
 * levels were implications in every one of them. Versions told by systems and predicates do not occur.
 */
export interface Separation {
  readonly history: PlainHistory;
  /** Levels that it is of, with their strengths. */
  readonly holds: ReadonlySet<string>;
}

export const separations: readonly Separation[] = recorded.map(({ timed, transactions, holds }) => ({
  history: {
    timed,
    transactions: transactions.map(({ status, session, begin, end, operations }) => ({
      status: statusOf(status),
      session,
      begin,
      end: end ?? Infinity,
      operations: operations.map(operationOf),
    })),
  },
  holds: new Set(holds),
}));

function statusOf(name: string): PlainTransaction["status"] {
  if (name === "committed" || name === "aborted" || name === "undetermined") return name;
  throw new TypeError(`no status: ${name}`);
}

function operationOf([kind, key, value]: readonly (string | number | readonly number[])[]): PlainOperation {
  if (typeof key !== "number") throw new TypeError("a key is a number");
  if (kind === "read-list" && typeof value !== "number" && typeof value !== "string")
    return { kind, key, value };
  if (kind === "read" && (typeof value === "number" || value === undefined)) return { kind, key, value };
  if ((kind === "write" || kind === "append") && typeof value === "number") return { kind, key, value };
  throw new TypeError(`no operation: ${String(kind)}`);
}
