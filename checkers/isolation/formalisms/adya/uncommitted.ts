import { type PlainHistory, type PlainOperation, type PlainTransaction } from "../plain.ts";
import { listAfter, writesOf, type Committed } from "./accounts.ts";

/** Whether a committed read showed an element of a list more often than it was appended, once at least. */
export function showsTwice({ transactions }: PlainHistory): boolean {
  const operations = transactions.flatMap((transaction) => transaction.operations);
  return committedLists(transactions).some(({ key, value }) =>
    value.some((element) => {
      const appended = operations.filter(
        (other) => other.kind === "append" && other.key === key && other.value === element,
      );
      return value.filter((other) => other === element).length > Math.max(1, appended.length);
    }),
  );
}

/**
 * Whether the longest list of each key that was read agrees with an order of its writers: begins like all their elements
 * one writer after the other, apart from elements of nobody who committed.
 */
export function writesNotInterleaved(
  committed: Committed & { readonly order: ReadonlyMap<number, readonly number[]> },
  everybody: PlainHistory,
): boolean {
  return [...committed.order].every(([key, order]) => {
    const lists = committedLists(everybody.transactions).filter((list) => list.key === key);
    const longest = Math.max(0, ...lists.map(({ value }) => value.length));
    const trace = lists.find(({ value }) => value.length === longest)?.value ?? [];
    const appendedBy = (accept: (status: PlainTransaction["status"]) => boolean): Set<number> =>
      new Set(
        everybody.transactions.flatMap((transaction) =>
          accept(transaction.status) ? writesOf(transaction, key) : [],
        ),
      );
    const aborted = appendedBy((status) => status === "aborted");
    const others = appendedBy((status) => status !== "aborted");
    return beginsLike(
      trace,
      listAfter(committed, order, key, order.length),
      (element) => aborted.has(element) || !others.has(element),
    );
  });
}

/** Whether two different lists of one key are both the longest, so that read uncommitted may go by either. */
export function hasTwoTraces({ transactions }: PlainHistory): boolean {
  const lists = committedLists(transactions);
  return lists.some((a) =>
    lists.some(
      (b) =>
        a.key === b.key &&
        a.value.some((element, i) => element !== b.value[i]) &&
        a.value.length === b.value.length &&
        lists.every(({ key, value }) => key !== a.key || value.length <= a.value.length),
    ),
  );
}

/** Whether `trace` without some elements that may be left out is a prefix of `list`. */
function beginsLike(
  trace: readonly number[],
  list: readonly number[],
  optional: (element: number) => boolean,
): boolean {
  const [element, ...rest] = trace;
  if (element === undefined) return true;
  return (
    (list[0] === element && beginsLike(rest, list.slice(1), optional)) ||
    (optional(element) && beginsLike(rest, list, optional))
  );
}

type ListRead = Extract<PlainOperation, { kind: "read-list" }> & { readonly value: readonly number[] };

function committedLists(transactions: PlainHistory["transactions"]): ListRead[] {
  return transactions.flatMap(({ status, operations }) =>
    status === "committed"
      ? operations.filter(
          (operation): operation is ListRead =>
            operation.kind === "read-list" && operation.value !== undefined,
        )
      : [],
  );
}
