import { InitialValue, type PlainHistory, type PlainOperation, type PlainTransaction } from "../plain.ts";

/** What a key holds: a value, or a list. */
type Held = number | readonly number[];
type State = ReadonlyMap<number, Held>;

/**
 * An execution: transactions in some order, each leading from a state to the next. States are told apart by their
 * position: `states[i]` is that after the first i transactions, so that transaction `order[i]` has parent i and state i + 1.
 */
export interface Execution {
  readonly order: readonly PlainTransaction[];
  readonly states: readonly State[];
}

/** Every execution of the committed transactions and any choice of undetermined ones that keeps to an order. */
export function* executions({ transactions }: PlainHistory): Generator<Execution> {
  const committed = transactions.filter(({ status }) => status === "committed");
  for (const chosen of subsets(transactions.filter(({ status }) => status === "undetermined")))
    yield* extensions([], [new Map()], [...committed, ...chosen]);
}

function* subsets(some: readonly PlainTransaction[]): Generator<PlainTransaction[]> {
  const [first, ...rest] = some;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const subset of subsets(rest)) {
    yield subset;
    yield [first, ...subset];
  }
}

function* extensions(
  order: readonly PlainTransaction[],
  states: readonly State[],
  remaining: readonly PlainTransaction[],
): Generator<Execution> {
  if (remaining.length === 0) yield { order, states };
  for (const next of remaining) {
    const state = new Map(states.at(-1));
    for (const operation of next.operations) {
      if (operation.kind === "write") state.set(operation.key, operation.value);
      if (operation.kind === "append")
        state.set(operation.key, [...listIn(state, operation.key), operation.value]);
    }
    yield* extensions(
      [...order, next],
      [...states, state],
      remaining.filter((other) => other !== next),
    );
  }
}

function listIn(state: State, key: number): readonly number[] {
  const held = state.get(key);
  return typeof held === "object" ? held : [];
}

export function writes({ operations }: PlainTransaction, key: number): boolean {
  return operations.some((operation) => operation.key === key && isWrite(operation));
}

export function isWrite({ kind }: PlainOperation): boolean {
  return kind === "write" || kind === "append";
}

/** Whether an operation is a read whose value is known and that no own write of the key precedes. */
export function isExternalRead({ operations }: PlainTransaction, place: number): boolean {
  const operation = operations[place];
  return (
    operation !== undefined &&
    !isWrite(operation) &&
    operation.value !== undefined &&
    !operations.slice(0, place).some((earlier) => earlier.key === operation.key && isWrite(earlier))
  );
}

/**
 * Read states of operation `place` of the transaction at position `at`, as positions up to its parent's: all of them for
 * writes, for reads of own writes, and for reads that told nothing.
 */
export function readStates({ order, states }: Execution, at: number, place: number): number[] {
  const transaction = order[at];
  const operation = transaction?.operations[place];
  const upToParent = states.slice(0, at + 1).map((_, i) => i);
  if (transaction === undefined || operation === undefined) return [];
  if (
    !isExternalRead(transaction, place) &&
    (operation.kind !== "read-list" || buildsOn(states[at], transaction, place))
  )
    return upToParent;
  return upToParent.filter((i) => shows(states[i], operation));
}

/** Whether every list that was read after own appends is that of the parent state with all of these. */
export function ownListsBuildOnParent({ order, states }: Execution): boolean {
  return order.every((transaction, at) =>
    transaction.operations.every(
      ({ kind }, place) =>
        kind !== "read-list" ||
        isExternalRead(transaction, place) ||
        buildsOn(states[at], transaction, place, true),
    ),
  );
}

/** Whether a list that is read after own appends is that of the parent state with them, or with some of them. */
function buildsOn(
  parent: State | undefined,
  { operations }: PlainTransaction,
  place: number,
  all = false,
): boolean {
  const read = operations[place];
  if (parent === undefined || typeof read?.value !== "object") return true;
  const shown = read.value;
  const lists = [listIn(parent, read.key)];
  for (const { kind, key, value } of operations.slice(0, place))
    if (kind === "append" && key === read.key) lists.push([...lists.at(-1)!, value]);
  return lists
    .slice(all ? -1 : 1)
    .some((list) => shown.length === list.length && list.every((item, i) => item === shown[i]));
}

function shows(state: State | undefined, { kind, key, value }: PlainOperation): boolean {
  if (state === undefined) return false;
  if (kind !== "read-list") return (state.get(key) ?? InitialValue) === value;
  const list = listIn(state, key);
  return (
    typeof value === "object" && list.length === value.length && list.every((item, i) => item === value[i])
  );
}

/**
 * The read states of an operation fall into runs, of one version each. With unique values there is one run, from the
 * first to the last read state; else the account may choose.
 */
export function runsOfReadStates(execution: Execution, at: number, place: number): Run[] {
  const transaction = execution.order[at];
  const key = transaction?.operations[place]?.key ?? 0;
  const runs: Run[] = [];
  const external = transaction !== undefined && isExternalRead(transaction, place);
  for (const i of readStates(execution, at, place)) {
    const last = runs.at(-1);
    const producer = execution.order[i - 1];
    // Another's write of the same value is another version.
    const isNew = external && producer !== undefined && writes(producer, key);
    if (last !== undefined && last.last === i - 1 && !isNew) last.last = i;
    else runs.push({ first: i, last: i });
  }
  return runs;
}

export interface Run {
  readonly first: number;
  last: number;
}
