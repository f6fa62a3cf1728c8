import { NoValueNumber } from "../../histories/value-table.ts";
import { Never, type Calls } from "./calls.ts";
import { giversOf, replaces } from "./givers.ts";

/** How long a value had been replaced when a call saw it all the same. */
export interface Replaced {
  /** How many values had certainly come after it. */
  readonly versions: number;
  /** Position of the call that returned first of those that show the first of these values: it gave it, or saw it. */
  readonly by: number;
  /** Position of a call on that value which began when the older one had certainly been there. */
  readonly after: number;
}

/**
 * How stale the token was that the call at position `call` took, as far as is certain; `undefined` when it
 * need not have been stale. Of k-atomicity and Δ-atomicity (Golab, Li & Shah 2011) this is the part that one
 * read shows: by at least how many versions, and how much time.
 *
 * A value given once has been there when the first call returns that gave or saw it, and is not yet gone
 * when the last call begins that saw it. So a value B came after the value A when some call on A returned
 * before the last on B began; and it came before the call began when some call on B had returned by then.
 * Of values given several times each giver counts for itself.
 */
export function replacementOf(calls: Calls, call: number, token: number): Replaced | undefined {
  const { alphabet, begin, end, length } = calls;
  if (alphabet.model.overwrites !== true) return undefined;
  const started = begin[call]!;
  const blocks = alphabet.model.structure?.kind === "register" ? new Blocks(calls, call) : undefined;
  const there = whenThere(calls, call, token, blocks);
  if (there === undefined || there >= started) return undefined;
  let versions = 0;
  let by = -1;
  let after = -1;
  for (let other = 0; other < length; other++) {
    if (other === call || begin[other]! >= started || !replaces(calls, other, token)) continue;
    const once = blocks?.givenOnce(other) ?? NoValueNumber;
    const last = once === NoValueNumber || begin[other]! > there ? other : blocks!.lastBegin(once);
    const first = once === NoValueNumber ? other : blocks!.firstReturn(once);
    if (begin[last]! <= there || first < 0 || end[first]! >= started) continue;
    versions++;
    if (by >= 0 && end[first]! >= end[by]!) continue;
    by = first;
    after = last;
  }
  return versions === 0 ? undefined : { versions, by, after };
}

/** By when the token was certainly there, as an event index; −1: from the start; `undefined`: nobody knows. */
function whenThere(
  calls: Calls,
  call: number,
  token: number,
  blocks: Blocks | undefined,
): number | undefined {
  const { alphabet, begin, end } = calls;
  const initially = alphabet.model.initially?.(alphabet.token(token)) ?? true;
  const givers = (giversOf(calls, [token]).get(token) ?? []).filter(
    (giver) => giver !== call && begin[giver]! < end[call]!,
  );
  const [giver] = givers;
  if (giver === undefined) return initially ? -1 : undefined;
  if (blocks !== undefined && !initially && blocks.givenOnce(giver) !== NoValueNumber) {
    const first = blocks.firstReturn(blocks.givenOnce(giver));
    return first < 0 ? undefined : end[first]!;
  }
  const last = givers.reduce((latest, one) => Math.max(latest, end[one]!), -1);
  return last === Never ? undefined : last;
}

/** When the values of a register were seen or given, by the number of the value. */
class Blocks {
  readonly #calls: Calls;
  /** The call that returned first of those that gave the value or saw it, plus one. */
  readonly #firstReturn: Int32Array;
  /** The call that began last of those, plus one. */
  readonly #lastBegin: Int32Array;
  /** How many calls gave it. */
  readonly #givers: Uint8Array;

  /** Of all calls but one, which is what is asked about. */
  constructor(calls: Calls, except: number) {
    const { alphabet, end, length } = calls;
    const { count } = alphabet.values;
    this.#calls = calls;
    this.#firstReturn = new Int32Array(count);
    this.#lastBegin = new Int32Array(count);
    this.#givers = new Uint8Array(count);
    for (let call = 0; call < length; call++) {
      if (call === except) continue;
      const gives = this.#gives(call);
      const sees = this.#sees(call);
      if (gives !== NoValueNumber) {
        this.#givers[gives] = Math.min(2, this.#givers[gives]! + 1);
        this.#lastBegin[gives] = call + 1;
      }
      if (sees !== NoValueNumber && end[call] !== Never) this.#lastBegin[sees] = call + 1;
      // Who changed what it saw ended it, so its return says of that value nothing.
      const there = gives === NoValueNumber ? sees : gives;
      if (there === NoValueNumber || end[call] === Never) continue;
      const first = this.#firstReturn[there]! - 1;
      if (first < 0 || end[call]! < end[first]!) this.#firstReturn[there] = call + 1;
    }
    const initial = alphabet.model.structure?.kind === "register" ? alphabet.model.structure.initial : null;
    const number = alphabet.values.number(initial);
    if (number < count) this.#givers[number] = Math.min(2, this.#givers[number]! + 1);
  }

  /** The value that the call gave, if none gave it but this one; `NoValueNumber`. */
  givenOnce(call: number): number {
    const value = this.#gives(call);
    return value !== NoValueNumber && this.#givers[value] === 1 ? value : NoValueNumber;
  }

  /** The call that returned first of those that show that the value was there; −1: none did. */
  firstReturn(value: number): number {
    return this.#firstReturn[value]! - 1;
  }

  /** The call that began last of those that gave the value or saw it; calls are in order of begin. */
  lastBegin(value: number): number {
    return this.#lastBegin[value]! - 1;
  }

  #gives(call: number): number {
    const { alphabet, action } = this.#calls;
    const its = action[call]!;
    if (alphabet.isDirect(its)) return alphabet.changes(its) ? alphabet.argument(its) : NoValueNumber;
    return this.#number(alphabet.ties(its).gives[0]);
  }

  #sees(call: number): number {
    const { alphabet, action } = this.#calls;
    const its = action[call]!;
    if (alphabet.isDirect(its)) return alphabet.changes(its) ? NoValueNumber : alphabet.result(its);
    return this.#number(alphabet.ties(its).takes[0]);
  }

  #number(token: number | undefined): number {
    const { alphabet } = this.#calls;
    return token === undefined ? NoValueNumber : alphabet.values.number(alphabet.token(token).value);
  }
}
