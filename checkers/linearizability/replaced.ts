import { NoValueNumber, NullValue } from "../../histories/value-table.ts";
import type { Calls } from "./calls.ts";
import { directMeanings, directValue, giversOf, replacing, type DirectMeaning } from "./givers.ts";

/** How long a value had been replaced when a call saw it all the same. */
export interface Replaced {
  /** How many values had certainly come after it. */
  readonly versions: number;
  /** Position of the call that returned first of those that show the first of these values: it gave it, or saw it. */
  readonly by: number;
  /** Position of a call on that value which began when the older one had certainly been there. */
  readonly after: number;
  /** By when the older one had certainly been there, as an event index; −1: from the start. */
  readonly there: number;
}

/**
 * How stale the token was that the call at position `call` took, as far as is certain; `undefined` when it
 * need not have been stale. Of k-atomicity and Δ-atomicity (Golab, Li & Shah 2011) this is the part that one
 * read shows: by at least how many versions, and how much time.
 *
 * A value given once has been there when the first call returns that gave or saw it, and is not yet gone
 * when the last call begins that saw it. So a value B came after the value A when some call on A returned
 * before the last on B began; and it came before the call began when some call on B had returned by then.
 * Of values given several times each giver counts for itself. All that counts is what was known when the call
 * returned: what others saw later may be as impossible as what it saw itself.
 */
export function replacementOf(calls: Calls, call: number, token: number): Replaced | undefined {
  const { alphabet, begin, end } = calls;
  if (alphabet.model.overwrites !== true) return undefined;
  const started = begin[call]!;
  const blocks = alphabet.model.structure?.kind === "register" ? new Blocks(calls, call) : undefined;
  const there = whenThere(calls, call, token, blocks);
  if (there === undefined || there >= started) return undefined;
  let versions = 0;
  let by = -1;
  let after = -1;
  const count = (first: number, last: number): void => {
    if (first < 0 || end[first]! >= started || begin[last]! <= there) return;
    versions++;
    if (by >= 0 && end[first]! >= end[by]!) return;
    by = first;
    after = last;
  };
  const own = blocks?.local(alphabet.values.number(alphabet.token(token).value));
  if (blocks !== undefined)
    for (let value = 0; value < blocks.count; value++)
      if (value !== own && blocks.isGivenOnce(value)) {
        const giver = blocks.giver(value);
        if (giver === call) continue;
        count(blocks.firstReturn(value), begin[giver]! > there ? giver : blocks.lastBegin(value));
      }
  if (blocks?.allGivenOnce === true) return versions === 0 ? undefined : { versions, by, after, there };
  const replaces = replacing(calls, token);
  // Of a value given several times only calls begun since it was there count.
  for (let other = call - 1; other >= 0 && begin[other]! > there; other--)
    if (replaces(other) && !(blocks?.isGivenOnce(blocks.given(other)) ?? false)) count(other, other);
  return versions === 0 ? undefined : { versions, by, after, there };
}

/** By when the token was certainly there, as an event index; −1: from the start; `undefined`: nobody knows. */
function whenThere(
  calls: Calls,
  call: number,
  token: number,
  blocks: Blocks | undefined,
): number | undefined {
  const { alphabet, begin, end } = calls;
  const value = blocks?.local(alphabet.values.number(alphabet.token(token).value));
  if (blocks !== undefined && value !== undefined && blocks.isGivenOnce(value)) {
    const first = blocks.firstReturn(value);
    return first < 0 ? undefined : end[first]!;
  }
  const givers = (giversOf(calls, [token]).get(token) ?? []).filter(
    (giver) => giver !== call && begin[giver]! < end[call]!,
  );
  if (givers.length === 0)
    return (alphabet.model.initially?.(alphabet.token(token)) ?? true) ? -1 : undefined;
  const last = givers.reduce((latest, one) => Math.max(latest, end[one]!), -1);
  return last > end[call]! ? undefined : last;
}

/** In place of the call that gave a value: there were several, or it was there at first. */
const Several = -1;

/** When the values of a register were seen or given, by the number of the value. */
class Blocks {
  readonly #calls: Calls;
  /** Of a few calls: value → its number here. */
  readonly #numbers: Map<number, number> | undefined;
  readonly #means: readonly (DirectMeaning | undefined)[];
  /** The call that returned first of those that gave the value or saw it, plus one. */
  readonly #firstReturn: Int32Array;
  /** The call that began last of those, plus one. */
  readonly #lastBegin: Int32Array;
  /** The call that gave it, plus one; `Several`. */
  readonly #giver: Int32Array;
  readonly count: number;
  /** Whether no value was given twice, or given though it was there at first. */
  readonly allGivenOnce: boolean;

  /** Of all calls but one, which is what is asked about, as known when it returned. */
  constructor(calls: Calls, except: number) {
    const { alphabet, action, begin, end, length } = calls;
    const until = end[except]!;
    // Of a few calls the values get numbers of their own: the history may have a million.
    this.#numbers = length < alphabet.values.count / 4 ? new Map() : undefined;
    const count = this.#numbers === undefined ? alphabet.values.count : 2 * length + 2;
    this.#calls = calls;
    this.#means = directMeanings(alphabet);
    this.#firstReturn = new Int32Array(count);
    this.#lastBegin = new Int32Array(count);
    this.#giver = new Int32Array(count);
    this.count = count;
    let allOnce = true;
    const give = (value: number, mark: number): void => {
      if (this.#giver[value] !== 0) allOnce = false;
      this.#giver[value] = this.#giver[value] === 0 ? mark : Several;
    };
    const initial = alphabet.model.structure?.kind === "register" ? alphabet.model.structure.initial : null;
    give(this.local(alphabet.values.number(initial)), Several);
    for (let call = 0; call < length && begin[call]! < until; call++) {
      if (call === except) continue;
      const its = action[call]!;
      const value = directValue(alphabet, this.#means, its);
      const isDirect = value > NullValue;
      const reads = isDirect && this.#means[alphabet.f(its)] === "read";
      const own = isDirect ? this.local(value) : NoValueNumber;
      const gives = isDirect ? (reads ? NoValueNumber : own) : this.given(call);
      const sees = isDirect ? (reads ? own : NoValueNumber) : this.#sees(call);
      if (gives !== NoValueNumber) {
        give(gives, call + 1);
        this.#lastBegin[gives] = call + 1;
      }
      if (end[call]! > until) continue;
      if (sees !== NoValueNumber) this.#lastBegin[sees] = call + 1;
      // Who changed what it saw ended it, so its return says of that value nothing.
      const there = gives === NoValueNumber ? sees : gives;
      if (there === NoValueNumber) continue;
      const first = this.#firstReturn[there]! - 1;
      if (first < 0 || end[call]! < end[first]!) this.#firstReturn[there] = call + 1;
    }
    this.allGivenOnce = allOnce;
  }

  /** The number here of a value. */
  local(value: number): number {
    const numbers = this.#numbers;
    if (numbers === undefined) return value;
    let local = numbers.get(value);
    if (local === undefined) numbers.set(value, (local = numbers.size));
    return local;
  }

  /** Whether one call gave the value, and it was not there at first. */
  isGivenOnce(value: number): boolean {
    return value !== NoValueNumber && this.#giver[value]! > 0;
  }

  /** The call that gave a value which is given once. */
  giver(value: number): number {
    return this.#giver[value]! - 1;
  }

  /** The call that returned first of those that show that the value was there; −1: none did. */
  firstReturn(value: number): number {
    return this.#firstReturn[value]! - 1;
  }

  /** The call that began last of those that gave the value or saw it; calls are in order of begin. */
  lastBegin(value: number): number {
    return this.#lastBegin[value]! - 1;
  }

  /** The value that a call gave; `NoValueNumber`. */
  given(call: number): number {
    const { alphabet, action } = this.#calls;
    const its = action[call]!;
    const value = directValue(alphabet, this.#means, its);
    if (value > NullValue)
      return this.#means[alphabet.f(its)] === "write" ? this.local(value) : NoValueNumber;
    return this.#number(alphabet.ties(its).gives[0]);
  }

  /** What a call saw, of those that the structure does not tell. */
  #sees(call: number): number {
    const { alphabet, action } = this.#calls;
    return this.#number(alphabet.ties(action[call]!).takes[0]);
  }

  #number(token: number | undefined): number {
    const { alphabet } = this.#calls;
    return token === undefined
      ? NoValueNumber
      : this.local(alphabet.values.number(alphabet.token(token).value));
  }
}
