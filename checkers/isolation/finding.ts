import type { AnomalyName } from "./anomalies.ts";

/** An anomaly that is no cycle: some operations that contradict one another by themselves. */
export interface Finding {
  readonly type: AnomalyName;
  /** Transactions, by their numbers in `Transactions`; the one to blame first. */
  readonly transactions: readonly number[];
  /** Micro-operations, by their numbers in `Transactions`, in the order in which the explanation names them. */
  readonly operations: readonly number[];
  /** Number of the key in `Transactions`. */
  readonly key: number;
  /** Of `internal`: whether it contradicts the transaction's own write, and not merely an earlier read. */
  readonly ofOwnWrite?: boolean;
}
