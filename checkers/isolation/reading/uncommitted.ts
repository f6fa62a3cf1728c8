import { inWords } from "../../../histories/json.ts";
import type { Uncommitted } from "../reading.ts";
import { Aborted, type Transactions } from "../transactions.ts";
import type { Findings } from "./findings.ts";
import type { Lists } from "./lists.ts";
import { None, type Writes } from "./writes.ts";

/** Orders of one list's writers that are told apart. */
const MostOrders = 64;

/** The longest list of a key so far, as some writers appended it one after the other. */
interface Told {
  /** The last of its writers; none before the first. */
  readonly writer?: number;
  readonly before?: Told;
  /** What that writer appended next; `None` if that was all. */
  readonly next: number;
}

/**
 * Whose an element is matters to read uncommitted where an aborted transaction appended it as well as another, or several others did: what is
 * of an aborted one says nothing of the order of the others. Finds every order of these that the longest list allows, for the keys
 * with such elements; that none does is a finding. `undefined` if there are no such keys.
 */
export function uncommittedOf(
  transactions: Transactions,
  writes: Writes,
  lists: Lists,
  node: Int32Array,
  findings: Findings,
): Uncommitted | undefined {
  if (lists.doubtful.size === 0) return undefined;
  const orders = new Map<number, readonly (readonly number[])[]>();
  const gaps: string[] = [];
  for (const key of lists.doubtful) {
    const found = ordersOf(transactions, writes, key);
    if (found === undefined) {
      const { history, keys } = transactions;
      const name = inWords(history.valueTable.get(keys[key]!));
      gaps.push(`which of many transactions appended which of the equal elements of ${name}`);
      // In any order at all.
      orders.set(key, [[]]);
    } else if (found.length > 0)
      orders.set(
        key,
        found.map((order) => order.map((t) => node[t]!)),
      );
    else addImpossible(transactions, writes, key, findings);
  }
  return { orders, gaps };
}

/** Tells of a list that no order of its writers explains. */
function addImpossible(
  { traceFirst, traceElement, status }: Transactions,
  writes: Writes,
  key: number,
  findings: Findings,
): void {
  const known = findings.all.filter((finding) => finding.key === key);
  if (known.some(({ type }) => type === "cyclic-versions")) return;
  const torn = known.find(({ type }) => type === "incompatible-order");
  if (torn !== undefined) {
    findings.add("cyclic-versions", key, torn.transactions, torn.operations);
    return;
  }
  const appends: number[] = [];
  for (const element of traceElement.subarray(traceFirst[key], traceFirst[key + 1]))
    for (let i = writes.find(key, element); i !== None; i = writes.same[i]!)
      if (status[writes.owner[i]!] !== Aborted) appends.push(i);
  const operations = [...new Set(appends)];
  const blamed = new Set(operations.map((append) => writes.owner[append]!));
  findings.add("cyclic-versions", key, [...blamed], operations);
}

/** The transactions in every order that the longest list allows, as far as it shows them; `undefined`: there are too many. */
function ordersOf(transactions: Transactions, writes: Writes, key: number): number[][] | undefined {
  const { status, traceFirst, traceElement, value } = transactions;
  const { owner, same, before, after } = writes;
  const trace = traceElement.subarray(traceFirst[key], traceFirst[key + 1]);
  const isRepeated = repeatedIn(trace);
  let states: Told[] = [{ next: None }];
  for (const element of trace) {
    const begins: number[] = [];
    let isCounted = false;
    let isAborted = false;
    for (let i = writes.find(key, element); i !== None; i = same[i]!) {
      if (status[owner[i]!] === Aborted) isAborted = true;
      else {
        isCounted = true;
        if (before[i] === None) begins.push(i);
      }
    }
    // Of nobody, or of an aborted transaction: that says nothing of the others.
    const isOptional = isAborted || !isCounted;
    const grown: Told[] = [];
    for (const state of states) {
      if (isOptional) grown.push(state);
      if (state.next !== None) {
        if (value[state.next] === element) grown.push({ ...state, next: after[state.next]! });
        continue;
      }
      for (const begin of begins)
        if (!isRepeated.has(element) || !hasWritten(state, owner[begin]!))
          grown.push({ writer: owner[begin]!, before: state, next: after[begin]! });
    }
    if (grown.length > MostOrders) return undefined;
    states = grown;
  }
  const orders = new Map<string, number[]>();
  for (const state of states) {
    const order: number[] = [];
    for (let at: Told | undefined = state; at?.writer !== undefined; at = at.before) order.push(at.writer);
    orders.set(order.join(), order.toReversed());
  }
  return [...orders.values()];
}

function repeatedIn(trace: Int32Array): ReadonlySet<number> {
  const seen = new Set<number>();
  const repeated = new Set<number>();
  for (const element of trace) (seen.has(element) ? repeated : seen).add(element);
  return repeated;
}

function hasWritten(state: Told, writer: number): boolean {
  for (let at: Told | undefined = state; at !== undefined; at = at.before)
    if (at.writer === writer) return true;
  return false;
}
