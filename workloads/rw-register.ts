import { transactions, transactionSettings, usualLevel } from "./transactions/transactions.ts";
import type { Workload } from "./workload.ts";

/** Transactions that write and read registers: what most databases can do, at the price of an order of writes that has to be inferred. */
export const rwRegister: Workload = {
  name: "rw-register",
  summary: "transactions that write unique values to registers and read them",
  operations: [
    {
      f: "txn",
      argument: '[["w", key, value] | ["r", key, null], …]',
      result:
        "the same, with the value of each key read in place of null; null for a key that was never written",
      example: {
        argument: [
          ["r", 3, null],
          ["w", 3, 2],
          ["r", 4, null],
        ],
        result: [
          ["r", 3, 1],
          ["w", 3, 2],
          ["r", 4, null],
        ],
      },
    },
  ],
  settings: transactionSettings,
  generator: (options) => transactions("w", options),
  checks: ({ level }) => [{ checker: "isolation", level: level ?? usualLevel }],
};
