import { transactions, transactionSettings, usualLevel } from "./transactions/transactions.ts";
import type { Workload } from "./workload.ts";

/** Transactions that append to lists and read them: reads tell the whole order of writes, so every anomaly shows (after Elle). */
export const listAppend: Workload = {
  name: "list-append",
  summary: "transactions that append unique values to lists and read whole lists",
  operations: [
    {
      f: "txn",
      argument: '[["append", key, value] | ["r", key, null], …]',
      result:
        "the same, with the list of each key read in place of null; null for a key that was never written",
      example: {
        argument: [
          ["append", 3, 2],
          ["r", 3, null],
          ["r", 4, null],
        ],
        result: [
          ["append", 3, 2],
          ["r", 3, [1, 2]],
          ["r", 4, null],
        ],
      },
    },
  ],
  settings: transactionSettings,
  generator: (options) => transactions("append", options),
  checks: ({ level }) => [{ checker: "isolation", level: level ?? usualLevel }],
};
