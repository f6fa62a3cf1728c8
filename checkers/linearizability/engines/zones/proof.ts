import type { Pattern, Proof } from "../engine.ts";
import { Cas, NoValue, Read, Write } from "../register-calls.ts";
import { None, type Blocks, type Flaw } from "./blocks.ts";
import type { Conflict } from "./conflict.ts";
import { NoWriter } from "./writes-of-values.ts";

/** Where values are repeated, all writes of a value are part of a proof; too many prove nothing to anybody. */
const MostAdded = 12;

/**
 * The calls that contradict one another when two blocks conflict: of each block the call that returned
 * first, the one by whose return its `last` is what it is, and what both of them saw, up to the write that
 * the block starts with. At most six, unless compare-and-sets stand between.
 */
export function proofOfConflict(blocks: Blocks, conflict: Conflict): Proof | undefined {
  const { opener, first, raise, root } = blocks;
  const { culprit, block, other, otherLast } = conflict;
  const { begin, length } = blocks.from.registers.calls;
  const parts = new Parts(blocks, culprit);
  parts.addWithSources(culprit);
  if (opener[block] !== None) parts.addWithSources(opener[block]!);
  parts.addWithSources(otherLast);
  parts.addWithSources(opener[other]!);
  // Written after the culprit's value was there: it replaced it. Otherwise only reads tell which came first.
  const write = root[other]!;
  const replaced = write === length || begin[write]! > first[block]! || first[other]! >= raise[otherLast]!;
  return parts.proof(replaced ? "stale-read" : "two-values-current", replaced ? write : opener[other]!);
}

/** The calls that contradict one another within a block, or about where a value came from. */
export function proofOfFlaw(blocks: Blocks, flaw: Flaw): Proof | undefined {
  const { certainBy } = blocks;
  const { registers, overwriter } = blocks.from;
  const { begin, end } = registers.calls;
  const parts = new Parts(blocks, flaw.culprit);
  switch (flaw.kind) {
    case "no-writer": {
      parts.addWithSources(flaw.culprit);
      if (parts.add(flaw.call)) parts.addWithSources(flaw.call);
      const writes = writesOf(blocks, registers.seen[flaw.call]!).filter((write) => write < begin.length);
      const initially = registers.seen[flaw.call] === 0;
      const before = writes.filter((write) => begin[write]! < end[flaw.culprit]!);
      const replacing = overwriter?.[flaw.call] ?? None;
      if (before.length > 0 || initially) return parts.proof("stale-read", replacing);
      const [later] = writes;
      if (later === undefined) return parts.proof("never-written");
      return parts.proofWithLater("read-before-written", later);
    }
    case "later-writer":
      parts.addWithSources(flaw.culprit);
      parts.addWithSources(flaw.call);
      return parts.proofWithLater("read-before-written", flaw.writer);
    case "circle":
      parts.addWithSources(flaw.culprit);
      return parts.proof("read-before-written", flaw.call === flaw.culprit ? undefined : flaw.call);
    case "two-successors":
      parts.addWithSources(flaw.culprit);
      parts.addWithSources(flaw.call);
      parts.addWithSources(flaw.successor);
      parts.addWithSources(certainBy[flaw.successor]!);
      return parts.proof("lost-update", flaw.successor === flaw.culprit ? flaw.call : flaw.successor);
    case "replaced":
      parts.addWithSources(flaw.culprit);
      parts.addWithSources(certainBy[flaw.successor]!);
      return parts.proof("stale-read", flaw.successor);
  }
}

/** The calls that write a value, by begin; `length` stands for the initial one. */
function writesOf({ from }: Blocks, value: number): number[] {
  const { kind, registers } = from;
  const { calls, written } = registers;
  const found: number[] = value === 0 ? [calls.length] : [];
  for (let i = 0; i < calls.length; i++)
    if ((kind[i] === Write || kind[i] === Cas) && written[i] === value) found.push(i);
  return found;
}

/** Collects the calls of a proof together with what they saw. */
class Parts {
  readonly #blocks: Blocks;
  readonly #culprit: number;
  readonly #calls = new Set<number>();

  constructor(blocks: Blocks, culprit: number) {
    this.#blocks = blocks;
    this.#culprit = culprit;
  }

  /** Whether it was not there yet. */
  add(call: number): boolean {
    if (call < 0 || call === this.#blocks.from.registers.calls.length || this.#calls.has(call)) return false;
    this.#calls.add(call);
    return true;
  }

  /** A call and the writes that it needs, each by what the one before saw. */
  addWithSources(call: number): void {
    const { kind, source, registers } = this.#blocks.from;
    const { begin, end } = registers.calls;
    for (let at = call; this.add(at);) {
      if (kind[at] === Write || source[at] === NoWriter) return;
      // Not there yet when the culprit returned: no part of the prefix that fails.
      if (source[at]! < begin.length && begin[source[at]!]! > end[this.#culprit]!) return;
      at = source[at]!;
    }
  }

  /** A proof in which `later`, begun after the culprit returned, shows where the value came from. */
  proofWithLater(pattern: Pattern, later: number): Proof | undefined {
    if (this.#blocks.from.kind[later] === Write) this.#calls.add(later);
    return this.proof(pattern, this.#calls.has(later) ? later : undefined);
  }

  proof(pattern: Pattern, against?: number): Proof | undefined {
    if (!this.#close()) return undefined;
    const { begin } = this.#blocks.from.registers.calls;
    const calls = [...this.#calls].toSorted((a, b) => begin[a]! - begin[b]! || a - b);
    const named = against !== undefined && this.#calls.has(against) && against !== this.#culprit;
    return { pattern, calls, culprit: this.#culprit, ...(named ? { against } : {}) };
  }

  /**
   * Adds the other writes of the values seen (a compare-and-set that replaced a value by itself counts as one,
   * though it cannot have been the first), and for each call that saw a repeated value the one that ruled
   * out what it overwrote. Whether that stays small.
   */
  #close(): boolean {
    const { overwriter, registers } = this.#blocks.from;
    const { calls, kind, seen, written } = registers;
    const { begin, length } = calls;
    const until = calls.end[this.#culprit]!;
    const most = this.#calls.size + MostAdded;
    const closed = new Set<number>();
    for (;;) {
      const open = new Set<number>();
      for (const call of this.#calls) {
        const value = kind[call] === Read || kind[call] === Cas ? seen[call]! : NoValue;
        if (value !== NoValue && begin[call]! <= until && !closed.has(value)) open.add(value);
        if (value !== NoValue) this.add(overwriter?.[call] ?? None);
      }
      if (open.size === 0) return this.#calls.size <= most;
      for (let i = 0; i < length; i++)
        if ((kind[i] === Write || kind[i] === Cas) && open.has(written[i]!) && begin[i]! < until) this.add(i);
      if (this.#calls.size > most) return false;
      for (const value of open) closed.add(value);
    }
  }
}
