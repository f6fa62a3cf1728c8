import { Cas, Read, Write } from "../register-calls.ts";
import type { ReadsFrom } from "./reads-from.ts";
import { NoWriter } from "./writes-of-values.ts";

/** No call, no block. */
export const None = -1;
/** Before the beginning: when the initial value was written. */
export const Before = -2;

/**
 * The values of a register with the calls that wrote and saw them, as far as they must have happened.
 *
 * A **block** is a write with the reads of its value, the compare-and-set that replaced this value, the reads
 * of the new one, and so on: in any linearization a block stands together, in this order. A call that is
 * not known to have happened belongs to its block from the moment at which a known call returns that saw
 * its effect, directly or through others; unknown calls that nobody saw can be left out of any order.
 *
 * `first` is the earliest end of a known call of the block, `last` the latest begin of its calls. If
 * first < last, the block's values were certainly current from first to last: its **forward zone**. Block A
 * must come before block B exactly when first(A) < last(B).
 */
export interface Blocks {
  readonly from: ReadsFrom;
  /** How many there are; in order of `first`. Number 0 is that of the initial value. */
  readonly count: number;
  readonly first: Int32Array;
  readonly last: Int32Array;
  /** The known call whose end is `first`; `None` for that of the initial value. */
  readonly opener: Int32Array;
  /** The write that a block starts with. */
  readonly root: Int32Array;
  /** By position (that of the initial value is `length`): the call's block, `None` when it needs none. */
  readonly block: Int32Array;
  /** By position: the compare-and-set that replaced the value of a write; `None`. Absent when there is none. */
  readonly successor?: Int32Array;
  /** By position: the known call by whose end a write must have happened; `None` while none has. */
  readonly certainBy: Int32Array;
  /** By position: the latest begin of the calls that the end of a known call makes certain; `Before`: no new one. */
  readonly raise: Int32Array;
  /** The known call whose return first needed a guess at what was seen; `None`: none did. */
  readonly guessedBy: number;
  /** What is wrong within a block, when something is; all the rest is then about the calls that ended before. */
  readonly flaw?: Flaw;
}

/** A contradiction among the calls of one block, or in the read mapping itself. */
export type Flaw =
  /** The value that `call` saw was written by nobody, or cannot have been its writer's any more. */
  | { readonly kind: "no-writer"; readonly culprit: number; readonly call: number }
  /** The write whose value `call` saw began after the culprit had returned. */
  | {
      readonly kind: "later-writer";
      readonly culprit: number;
      readonly call: number;
      readonly writer: number;
    }
  /** Compare-and-sets that each needed the next one's value. */
  | { readonly kind: "circle"; readonly culprit: number; readonly call: number }
  /** Both `successor` and `call` replaced the value of `writer`. */
  | {
      readonly kind: "two-successors";
      readonly culprit: number;
      readonly call: number;
      readonly successor: number;
    }
  /** The culprit saw the value of `writer`, which `successor` had certainly replaced before. */
  | {
      readonly kind: "replaced";
      readonly culprit: number;
      readonly writer: number;
      readonly successor: number;
    };

/** Builds the blocks, known calls in order of their ends, up to the first flaw. Linear. */
export function buildBlocks(from: ReadsFrom): Blocks {
  return new Builder(from).build();
}

class Builder {
  readonly #from: ReadsFrom;
  readonly #kind: Uint8Array;
  readonly #source: Int32Array;
  readonly #begin: Int32Array;
  readonly #end: Int32Array;
  readonly #ambiguous: Uint8Array | undefined;
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  readonly #opener: Int32Array;
  readonly #root: Int32Array;
  readonly #block: Int32Array;
  readonly #successor: Int32Array | undefined;
  readonly #certainBy: Int32Array;
  readonly #raise: Int32Array;
  readonly #path: number[] = [];
  #count = 1;
  #guessedBy = None;
  #flaw: Flaw | undefined;

  constructor(from: ReadsFrom) {
    const { calls } = from.registers;
    const { length } = calls;
    this.#from = from;
    this.#kind = from.kind;
    this.#source = from.source;
    this.#begin = calls.begin;
    this.#end = calls.end;
    this.#ambiguous = from.ambiguous;
    let writes = 1;
    let replacing = false;
    for (let i = 0; i < length; i++) {
      if (this.#kind[i] === Write) writes++;
      else if (this.#kind[i] === Cas) replacing = true;
    }
    this.#first = new Int32Array(writes);
    this.#last = new Int32Array(writes);
    this.#opener = new Int32Array(writes).fill(None);
    this.#root = new Int32Array(writes);
    this.#block = new Int32Array(length + 1).fill(None);
    this.#certainBy = new Int32Array(length + 1).fill(None);
    this.#raise = new Int32Array(length).fill(Before);
    this.#successor = replacing ? new Int32Array(length + 1).fill(None) : undefined;
    this.#first[0] = this.#last[0] = Before;
    this.#root[0] = length;
    this.#block[length] = 0;
  }

  build(): Blocks {
    const { byEnd } = this.#from;
    for (let at = 0; at < byEnd.length && this.#flaw === undefined; at++) this.#return(byEnd[at]!);
    return {
      from: this.#from,
      count: this.#count,
      first: this.#first,
      last: this.#last,
      opener: this.#opener,
      root: this.#root,
      block: this.#block,
      ...(this.#successor === undefined ? {} : { successor: this.#successor }),
      certainBy: this.#certainBy,
      raise: this.#raise,
      guessedBy: this.#guessedBy,
      ...(this.#flaw === undefined ? {} : { flaw: this.#flaw }),
    };
  }

  #return(call: number): void {
    const kind = this.#kind[call]!;
    let writer = call;
    if (kind === Read) {
      writer = this.#source[call]!;
      if (this.#ambiguous !== undefined && this.#ambiguous[call] === 1) this.#guess(call);
      if (writer === NoWriter) {
        this.#flaw = { kind: "no-writer", culprit: call, call };
        return;
      }
    } else if (kind !== Write && kind !== Cas) return;

    let latest = Before;
    if (this.#block[writer] === None) {
      latest = this.#require(writer, call);
      if (this.#flaw !== undefined) return;
    }
    if (kind === Read) {
      const begin = this.#begin[call]!;
      if (this.#successor !== undefined) {
        const successor = this.#successor[writer]!;
        if (successor !== None && this.#end[this.#certainBy[successor]!]! < begin) {
          this.#flaw = { kind: "replaced", culprit: call, writer, successor };
          return;
        }
      }
      if (begin > latest) latest = begin;
      this.#block[call] = this.#block[writer]!;
    }
    this.#raise[call] = latest;
    const block = this.#block[writer]!;
    if (latest > this.#last[block]!) this.#last[block] = latest;
  }

  /** Notes that a write must have happened by the end of `by`, with all that it needs; their latest begin. */
  #require(writer: number, by: number): number {
    if (this.#kind[writer] === Write) {
      this.#admit(writer, writer, by);
      if (this.#flaw === undefined) this.#open(writer, by);
      return this.#begin[writer]!;
    }
    const path = this.#path;
    path.length = 0;
    let latest = Before;
    let call = by;
    for (let needed = writer; this.#block[needed] === None;) {
      // While a path is followed its calls are marked as certain, but in no block yet.
      if (this.#certainBy[needed] === by) {
        this.#flaw = { kind: "circle", culprit: by, call: needed };
        return latest;
      }
      this.#admit(needed, call, by);
      if (this.#flaw !== undefined) return latest;
      path.push(needed);
      if (this.#begin[needed]! > latest) latest = this.#begin[needed]!;
      if (this.#kind[needed] === Write) {
        this.#open(needed, by);
        break;
      }
      if (this.#ambiguous !== undefined && this.#ambiguous[needed] === 1) this.#guess(by);
      const source = this.#source[needed]!;
      if (source === NoWriter) {
        this.#flaw = { kind: "no-writer", culprit: by, call: needed };
        return latest;
      }
      if (this.#successor![source] !== None) {
        this.#flaw = {
          kind: "two-successors",
          culprit: by,
          call: needed,
          successor: this.#successor![source]!,
        };
        return latest;
      }
      this.#successor![source] = needed;
      call = needed;
      needed = source;
    }
    const top = path[path.length - 1]!;
    const block = this.#block[this.#kind[top] === Write ? top : this.#source[top]!]!;
    for (const each of path) this.#block[each] = block;
    return latest;
  }

  #guess(by: number): void {
    if (this.#guessedBy === None) this.#guessedBy = by;
  }

  #admit(writer: number, call: number, by: number): void {
    if (this.#begin[writer]! > this.#end[by]!)
      this.#flaw = { kind: "later-writer", culprit: by, call, writer };
    else this.#certainBy[writer] = by;
  }

  #open(writer: number, by: number): void {
    const block = this.#count++;
    this.#block[writer] = block;
    this.#root[block] = writer;
    this.#opener[block] = by;
    this.#first[block] = this.#end[by]!;
    this.#last[block] = this.#begin[writer]!;
  }
}
