import type { Json } from "../../../../histories/json.ts";
import { NullValue } from "../../../../histories/value-table.ts";
import { Never, type Calls } from "../../calls.ts";
import { DenseNumbers } from "../../dense-numbers.ts";
import { unknownOutput } from "../../model.ts";
import type { CollectionMeaning, CollectionStructure } from "../../structure.ts";

/** What a call does to a collection, and says about it. */
export const Nothing = 0;
export const Add = 1;
export const Remove = 2;
/** Takes whichever item is due, if it takes effect; nobody knows which. */
export const Take = 3;
/** Saw the item, due to be removed or merely inside. */
export const See = 4;
/** Saw that the item was not inside. */
export const Miss = 5;
/** Found nothing inside. */
export const Empty = 6;
/** Saw all that is inside. */
export const Snapshot = 7;
/** Of a set: added an item that was not there, removed one that was. */
export const Insert = 8;
export const Delete = 9;

export const NoItem = -1;

/** The calls of one collection in columns, by position in `calls`. */
export interface CollectionCalls {
  readonly calls: Calls;
  /** Calls from this position on have not begun. */
  readonly length: number;
  /** Calls whose end comes later have not returned. */
  readonly until: number;
  readonly kind: Uint8Array;
  /** Number of the item that the call is about; `NoItem`. Of a `Take`, the item that it turned out to have taken. */
  readonly item: Int32Array;
  /** Of each snapshot, by position, the items that it saw. */
  readonly snapshots: ReadonlyMap<number, Int32Array>;
  /** The items inside at first, in order. */
  readonly initial: Int32Array;
  /** How many items there are. */
  readonly itemCount: number;
  value(item: number): Json;
  /**
   * When calls may take effect, as gaps between events: from gap `from` to before gap `past`. One call precedes
   * another exactly when `past` of the one is at most `from` of the other. The initial items were added in the gaps 0, 1, …,
   * in order, before all calls; the last gap (`gaps` − 1) comes after all known calls.
   */
  readonly from: Int32Array;
  readonly past: Int32Array;
  readonly gaps: number;
}

const NotAsked = 255;

/** Reads the calls of a collection. The model is asked once for each action that has no direct meaning. */
export function readCollectionCalls(calls: Calls, structure: CollectionStructure): CollectionCalls {
  const { alphabet, length, action: actions, end } = calls;
  const { values } = alphabet;
  const kind = new Uint8Array(length);
  const item = new Int32Array(length).fill(NoItem);
  const snapshots = new Map<number, Int32Array>();
  const dense = new DenseNumbers(values.count, length);
  const initial = Int32Array.from(structure.initial, (one) => dense.number(values.number(one)));
  const direct = alphabet.functions.map((f) =>
    structure.direct !== undefined && Object.hasOwn(structure.direct, f) ? structure.direct[f] : undefined,
  );
  const isAdd = Uint8Array.from(direct, (does) => (does === "add" ? 1 : 0));
  const isRemove = Uint8Array.from(direct, (does) => (does === "remove" ? 1 : 0));
  let askedKind: Uint8Array | undefined;
  let askedItem: Int32Array | undefined;
  const askedItems = new Map<number, Int32Array>();
  const ask = (action: number): number => {
    askedKind ??= new Uint8Array(alphabet.size).fill(NotAsked);
    askedItem ??= new Int32Array(alphabet.size).fill(NoItem);
    if (askedKind[action] !== NotAsked) return askedKind[action]!;
    const { input, output } = alphabet.get(action);
    const meaning = structure.meaning(input, output);
    if ("item" in meaning) askedItem[action] = dense.number(values.number(meaning.item));
    if (meaning.does === "snapshot")
      askedItems.set(
        action,
        Int32Array.from(meaning.items, (one) => dense.number(values.number(one))),
      );
    return (askedKind[action] = kindOf(meaning));
  };
  for (let i = 0; i < length; i++) {
    const action = actions[i]!;
    const f = alphabet.f(action);
    if (isAdd[f] === 1 && alphabet.argument(action) > NullValue) {
      kind[i] = Add;
      item[i] = dense.number(alphabet.argument(action));
    } else if (isRemove[f] === 1 && alphabet.result(action) > NullValue) {
      kind[i] = Remove;
      item[i] = dense.number(alphabet.result(action));
    } else {
      kind[i] = ask(action);
      item[i] = askedItem![action]!;
      if (kind[i] === Snapshot) snapshots.set(i, askedItems.get(action)!);
    }
    // An outcome that nobody knows tells nothing.
    if (end[i] === Never && !changes(kind[i]!)) kind[i] = Nothing;
  }
  return {
    calls,
    length,
    until: Never - 1,
    kind,
    item,
    snapshots,
    initial,
    itemCount: dense.count,
    value: (number) => values.get(dense.original[number] ?? NullValue),
    ...gapsOf(calls, Math.max(1, initial.length)),
  };
}

/** What was known right after the call at a position returned: calls in flight then are unknown. */
export function collectionCallsUntil(
  whole: CollectionCalls,
  structure: CollectionStructure,
  last: number,
): CollectionCalls {
  const { alphabet, begin, end, action } = whole.calls;
  const until = end[last]!;
  let length = 0;
  for (let low = 0, high = whole.length; low < high; length = low) {
    const middle = (low + high) >>> 1;
    if (begin[middle]! < until) low = middle + 1;
    else high = middle;
  }
  const gap = whole.past[last]! - 1;
  const kind = whole.kind.slice(0, length);
  const past = whole.past.slice(0, length);
  for (let i = 0; i < length; i++) {
    if (past[i]! <= gap || end[i]! <= until) continue;
    past[i] = gap + 1;
    const { input } = alphabet.get(action[i]!);
    const unknown = kindOf(structure.meaning(input, unknownOutput));
    kind[i] = changes(unknown) ? unknown : Nothing;
  }
  return { ...whole, length, until, kind, past, gaps: gap + 2 };
}

function changes(kind: number): boolean {
  return kind === Add || kind === Remove || kind === Take || kind === Insert || kind === Delete;
}

function kindOf(meaning: CollectionMeaning): number {
  switch (meaning.does) {
    case "nothing":
      return Nothing;
    case "add":
      return meaning.fresh === undefined ? Add : meaning.fresh ? Insert : See;
    case "remove":
      return meaning.found === undefined ? Remove : meaning.found ? Delete : Miss;
    case "remove-unknown":
      return Take;
    case "peek":
      return See;
    case "contains":
      return meaning.found ? See : Miss;
    case "empty":
      return Empty;
    case "snapshot":
      return Snapshot;
  }
}

/**
 * The gaps between a begin and the return after it. Nothing is lost by placing calls only there: moving a
 * moment later over begins, or earlier over returns, puts it into the intervals of more calls.
 */
function gapsOf({ begin, end, length }: Calls, first: number) {
  const from = new Int32Array(length);
  const past = new Int32Array(length);
  const ends = positionsByEnd(end, length);
  let gap = first;
  let returned = false;
  let next = 0;
  for (let i = 0; i < length; i++) {
    for (; next < ends.length && end[ends[next]!]! < begin[i]!; next++) {
      past[ends[next]!] = gap + 1;
      returned = true;
    }
    if (returned) gap++;
    returned = false;
    from[i] = gap;
  }
  for (; next < ends.length; next++) past[ends[next]!] = gap + 1;
  for (let i = 0; i < length; i++) if (end[i] === Never) past[i] = gap + 1;
  return { from, past, gaps: gap + 2 };
}

/** Positions of the calls that returned, in that order. */
export function positionsByEnd(end: Int32Array, length: number): Int32Array {
  let least = Infinity;
  let most = -Infinity;
  let known = 0;
  for (let i = 0; i < length; i++) {
    const at = end[i]!;
    if (at === Never) continue;
    known++;
    if (at < least) least = at;
    if (at > most) most = at;
  }
  const ordered = new Int32Array(known);
  if (known === 0) return ordered;
  if (most - least > 64 + 16 * known) {
    const indices: number[] = [];
    for (let i = 0; i < length; i++) if (end[i] !== Never) indices.push(i);
    ordered.set(indices.toSorted((a, b) => end[a]! - end[b]!));
    return ordered;
  }
  const at = new Int32Array(most - least + 1);
  for (let i = 0; i < length; i++) if (end[i] !== Never) at[end[i]! - least] = i + 1;
  let count = 0;
  for (let event = 0; event < at.length; event++) if (at[event]! > 0) ordered[count++] = at[event]! - 1;
  return ordered;
}
