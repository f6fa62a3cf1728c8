import type { Json } from "../histories/json.ts";
import { mix } from "./generators/choice.ts";
import type { Context, Generator } from "./generators/generator.ts";
import { concurrencyLimit } from "./generators/limits.ts";
import { phases, untilOk } from "./generators/order.ts";
import type { Template } from "./generators/plan.ts";
import { repeat } from "./generators/repetition.ts";
import { UsageError } from "../histories/errors.ts";
import { paced, wholeNumber } from "./pace.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

/** As Jepsen's. */
const defaults = { accounts: 8, totalAmount: 100, maxTransfer: 5 } as const;

/** Money that is moved between accounts and never made or lost: a read of all of them sees the same total, whatever goes on (after Jepsen). */
export const bank: Workload = {
  name: "bank",
  summary: "transfers between accounts, and reads of all of them, whose total stays the same",
  operations: [
    {
      f: "init",
      argument: "{account: balance, …}: opens the accounts, in one transaction, unless they are open",
      result: "the same",
      example: { argument: { 0: 100, 1: 0 }, result: { 0: 100, 1: 0 } },
    },
    {
      f: "read",
      argument: "null",
      result: "{account: balance, …}, all accounts, read in one transaction",
      example: { argument: null, result: { 0: 95, 1: 5 } },
    },
    {
      f: "transfer",
      argument:
        "{from: account, to: account, amount: number}: moves money in one transaction; fails without enough of it, unless overdrafts are allowed",
      result: "the same",
      example: { argument: { from: 0, to: 1, amount: 5 }, result: { from: 0, to: 1, amount: 5 } },
    },
  ],
  settings: ["accounts", "totalAmount", "maxTransfer", "negativeBalances"],
  generator: transfers,
  checks({ totalAmount = defaults.totalAmount, negativeBalances }) {
    return [{ checker: "bank", totalAmount, ...(negativeBalances === true ? { negativeBalances } : {}) }];
  },
};

function transfers(options: WorkloadOptions): Generator {
  const accounts = wholeNumber("number of accounts", options.accounts ?? defaults.accounts, 2);
  const largest = wholeNumber("greatest transfer", options.maxTransfer ?? defaults.maxTransfer, 1);
  const total = options.totalAmount ?? defaults.totalAmount;
  if (!Number.isSafeInteger(total)) throw new UsageError(`The total amount is a whole number, not ${total}.`);
  const transfer = ({ random }: Context): Template => {
    const from = random.int(accounts);
    const to = (from + 1 + random.int(accounts - 1)) % accounts;
    return { f: "transfer", value: { from, to, amount: 1 + random.int(largest) } };
  };
  return phases(
    untilOk(concurrencyLimit(1, repeat({ f: "init", value: opening(accounts, total) }))),
    paced(options, mix([repeat({ f: "read" }), transfer])),
  );
}

/** All money is in the first account. */
function opening(accounts: number, total: number): Json {
  return Object.fromEntries(
    Array.from({ length: accounts }, (_, account) => [account, account === 0 ? total : 0]),
  );
}
