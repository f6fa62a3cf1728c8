import { HistoryBuilder } from "../../../histories/builder.ts";
import type { History } from "../../../histories/history.ts";
import type { Json } from "../../../histories/json.ts";
import type { PlainHistory, PlainOperation, PlainTransaction } from "../formalisms/plain.ts";

/**
 * A plain history as one that a recorder wrote: keys "a", "b", …, the initial value null, and at each event index what
 * the plain one says of it, provided that its indices are dense. What nobody told has no completion.
 */
export function historyOf({ transactions, timed }: PlainHistory): History {
  const events = transactions
    .flatMap((transaction) => [
      { at: transaction.begin, transaction, completes: !timed },
      ...(timed && transaction.end < Infinity ? [{ at: transaction.end, transaction, completes: true }] : []),
    ])
    .toSorted((a, b) => a.at - b.at);
  const builder = new HistoryBuilder();
  for (const [time, { transaction, completes }] of events.entries())
    builder.add({
      time,
      process: transaction.session,
      type: completes ? outcomes[transaction.status] : "invoke",
      f: "txn",
      value: transaction.operations.map((operation) => microOperation(operation, completes)),
    });
  return builder.build();
}

const outcomes = { committed: "ok", aborted: "fail", undetermined: "info" } as const satisfies Readonly<
  Record<PlainTransaction["status"], string>
>;

function microOperation({ kind, key, value }: PlainOperation, told: boolean): Json[] {
  const name = String.fromCodePoint(97 + key);
  switch (kind) {
    case "read":
      return ["r", name, told ? jsonOf(value) : null];
    case "write":
      return ["w", name, jsonOf(value)];
    case "read-list":
      return ["r", name, told ? (value ?? null) : null];
    case "append":
      return ["append", name, value];
  }
}

function jsonOf(value: number | undefined): Json {
  return value === undefined || value === 0 ? null : value;
}
