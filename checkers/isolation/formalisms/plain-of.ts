import {
  Aborted,
  Append,
  Committed,
  Never,
  Read,
  ReadList,
  Unread,
  Write,
  type Transactions,
} from "../transactions.ts";
import type { PlainHistory, PlainOperation } from "./plain.ts";

/** Transactions from columns as plain objects: keys by their numbers, values by theirs in the value table. */
export function plainOf(transactions: Transactions): PlainHistory {
  const { count, first, begin, end, session, status, timed } = transactions;
  return {
    timed,
    transactions: Array.from({ length: count }, (_, t) => ({
      status: status[t] === Committed ? "committed" : status[t] === Aborted ? "aborted" : "undetermined",
      session: session[t]!,
      begin: begin[t]!,
      end: end[t] === Never ? Infinity : end[t]!,
      operations: Array.from({ length: first[t + 1]! - first[t]! }, (__, i) =>
        operationOf(transactions, first[t]! + i),
      ),
    })),
  };
}

function operationOf(transactions: Transactions, i: number): PlainOperation {
  const {
    kind,
    key: keys,
    value: values,
    traceFirst,
    traceElement,
    deviantFirst,
    deviantElement,
  } = transactions;
  const key = keys[i]!;
  const value = values[i]!;
  switch (kind[i]) {
    case Read:
      return { kind: "read", key, value: value === Unread ? undefined : value };
    case Write:
      return { kind: "write", key, value };
    case Append:
      return { kind: "append", key, value };
    case ReadList: {
      const from = value >= 0 ? traceFirst[key]! : deviantFirst[-2 - value]!;
      const to = value >= 0 ? from + value : deviantFirst[-1 - value]!;
      const elements = value >= 0 ? traceElement : deviantElement;
      return {
        kind: "read-list",
        key,
        value: value === Unread ? undefined : [...elements.subarray(from, to)],
      };
    }
    default:
      throw new RangeError(`no kind of micro-operation: ${kind[i]}`);
  }
}
