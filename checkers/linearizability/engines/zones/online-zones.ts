import type { OnlineRegister } from "../online.ts";
import { Cas, Differ, Read, Write } from "../register-calls.ts";
import { ZoneTree } from "./zone-tree.ts";

/** Blocks and writes held at least before something is forgotten. */
const LeastHeld = 64;
/** When the initial value was written. */
const Before = -2;

/** A write that a later read may have seen. */
interface LiveWrite {
  readonly value: number;
  readonly begin: number;
  /** What it replaced, when it is a compare-and-set. */
  readonly expected: number | undefined;
  /** Its block, once it must have happened; until then its call is in flight or of unknown outcome. */
  block: LiveBlock | undefined;
  /** When the compare-and-set that replaced its value became certain. */
  replaced: number | undefined;
}

interface LiveBlock {
  /** Its number in the tree, which changes when others are forgotten. */
  rank: number;
}

interface OpenCall {
  readonly kind: number;
  readonly seen: number;
  readonly begin: number;
  readonly write: LiveWrite | undefined;
}

/** What a write needs to have happened: the compare-and-sets up to a block there is, or to a new one. */
interface Path {
  /** The write itself first, what it replaced next, and so on. */
  readonly writes: readonly LiveWrite[];
  /** Whose value the last of them replaced; `undefined` when that one is a plain write. */
  readonly onto: LiveWrite | undefined;
  readonly latest: number;
}

/**
 * Zones event by event: a block is entered when it first becomes certain, its last begin rises as reads
 * return, and `ZoneTree` says when two blocks must each come before the other.
 *
 * A value that several writes gave is followed as long as what is known leaves one of them: a candidate counts
 * when taking it would contradict nothing. With none left the history has no linearization; with two the
 * judge cannot go on.
 *
 * What is forgotten. Let T be the earliest begin of the known calls in flight: whatever is still to return
 * began at T or later. Let X be the block with the greatest `last` among those with first(X) < T. A block A
 * with first(A) < last(X) must come before X, and X was there before T. Then a read of A's value that is
 * still to come is a violation; and if another block B comes to conflict with A, its `last` being T
 * or later, then first(B) < last(A) ≤ last(X) and first(X) < T ≤ last(B), so it conflicts with X as well.
 * So A need not be held, nor its values. Neither need a value which a compare-and-set certain before T
 * replaced. What stays are blocks around T, and writes that are in flight or whose outcome is unknown.
 */
class OnlineZones implements OnlineRegister {
  #now = 0;
  readonly #open = new Map<number, OpenCall>();
  readonly #writes = new Map<number, Set<LiveWrite>>();
  #writeCount = 0;
  #blocks: LiveBlock[] = [];
  #tree = new ZoneTree(2 * LeastHeld);
  #capacity = 2 * LeastHeld;
  #mostWrites = 2 * LeastHeld;
  #over: false | "undecided" | undefined;

  constructor() {
    const initial: LiveWrite = {
      value: 0,
      begin: Before,
      expected: undefined,
      block: undefined,
      replaced: undefined,
    };
    this.#addWrite(initial);
    this.#enter([initial], undefined, Before, Before);
  }

  get live(): number {
    return this.#writeCount + this.#blocks.length + this.#open.size;
  }

  *values(): Iterable<number> {
    for (const [value, writes] of this.#writes) {
      yield value;
      for (const { expected } of writes) if (expected !== undefined) yield expected;
    }
    for (const { seen } of this.#open.values()) yield seen;
  }

  /** That of the block that must come last: every other returned before the last begin in it. */
  get rest(): number | undefined {
    if (this.#open.size > 0 || this.#over !== undefined) return undefined;
    const tree = this.#tree;
    const lasts = this.#blocks.map(({ rank }) => tree.last(rank));
    const last = Math.max(...lasts);
    const final = this.#blocks[lasts.indexOf(last)];
    let value: number | undefined;
    for (const block of this.#blocks)
      if (block !== final && tree.first[block.rank]! >= last) return undefined;
    for (const writes of this.#writes.values())
      for (const write of writes) {
        if (write.block === undefined) return undefined;
        if (write.block === final && write.replaced === undefined) value = write.value;
      }
    return value;
  }

  begin(call: number, kind: number, seen: number, written: number, known: boolean): void {
    const begin = this.#now++;
    const replacing = kind === Cas && seen !== written;
    let write: LiveWrite | undefined;
    if (kind === Write || replacing) {
      const expected = replacing ? seen : undefined;
      write = { value: written, begin, expected, block: undefined, replaced: undefined };
      this.#addWrite(write);
    }
    const does = kind === Cas && !replacing ? Read : kind;
    if (known) this.#open.set(call, { kind: does, seen, begin, write });
  }

  end(call: number): true | false | "undecided" {
    const open = this.#open.get(call);
    if (open === undefined) throw new Error(`call ${call} is not open`);
    const now = this.#now++;
    this.#over ??= this.#return(open, now);
    this.#open.delete(call);
    if (this.#over !== undefined) return this.#over;
    if (this.#blocks.length >= this.#capacity || this.#writeCount >= this.#mostWrites) this.#forget(now);
    return true;
  }

  /** What ends the judging; `undefined` to go on. */
  #return({ kind, seen, begin, write }: OpenCall, now: number): false | "undecided" | undefined {
    if (kind === Read) {
      const [source, another] = this.#candidates(seen, (one) => this.#readable(one, begin));
      if (another !== undefined) return "undecided";
      if (source === undefined) return false;
      return this.#certain(source, begin, now);
    }
    if (kind === Differ) {
      const [holder] = this.#candidates(seen, (one) => this.#readable(one, begin));
      // With no write that it could have seen, it certainly saw another value.
      return holder === undefined ? undefined : "undecided";
    }
    return write === undefined || write.block !== undefined ? undefined : this.#certain(write, Before, now);
  }

  /** Takes in a write that must have happened, and a read of it that began at `begin`. */
  #certain(write: LiveWrite, begin: number, now: number): false | "undecided" | undefined {
    const path = this.#path(write);
    if (path === false || path === "undecided") return path;
    const latest = Math.max(path.latest, begin);
    if (path.onto?.block !== undefined && this.#conflicts(path.onto.block, latest)) return false;
    for (const replaced of path.writes.slice(1)) replaced.replaced = now;
    if (path.onto !== undefined && path.writes.length > 0) path.onto.replaced = now;
    this.#enter(path.writes, path.onto?.block, now, latest);
    return undefined;
  }

  /** What must have happened for a write to have; false: that is impossible. */
  #path(write: LiveWrite): Path | false | "undecided" {
    const writes: LiveWrite[] = [];
    let latest = Before;
    let one = write;
    while (one.block === undefined) {
      if (writes.includes(one)) return false;
      writes.push(one);
      latest = Math.max(latest, one.begin);
      if (one.expected === undefined) return { writes, onto: undefined, latest };
      const { begin } = one;
      const [source, another] = this.#candidates(
        one.expected,
        (giver) => giver.replaced === undefined && this.#readable(giver, begin),
      );
      if (another !== undefined) return "undecided";
      if (source === undefined) return false;
      one = source;
    }
    return { writes, onto: one, latest };
  }

  /** The first two writes of a value that a test lets through. */
  #candidates(value: number, test: (write: LiveWrite) => boolean): LiveWrite[] {
    const found: LiveWrite[] = [];
    for (const write of this.#writes.get(value) ?? []) if (test(write) && found.push(write) === 2) break;
    return found;
  }

  /** Whether a call that began at `begin` could have seen the value of a write, as far as is certain. */
  #readable({ block, replaced }: LiveWrite, begin: number): boolean {
    if (block === undefined) return true;
    if (replaced !== undefined && replaced < begin) return false;
    return !this.#conflicts(block, begin);
  }

  #conflicts({ rank }: LiveBlock, last: number): boolean {
    return last > this.#tree.last(rank) && this.#tree.conflict(rank, last) >= 0;
  }

  /** Puts writes into a block, or into a new one, whose last begin is then at least `last`. */
  #enter(writes: readonly LiveWrite[], into: LiveBlock | undefined, now: number, last: number): void {
    let block = into;
    if (block === undefined) {
      block = { rank: this.#tree.open(now, last) };
      this.#blocks.push(block);
    } else this.#tree.raise(block.rank, last);
    for (const write of writes) write.block = block;
  }

  #addWrite(write: LiveWrite): void {
    const same = this.#writes.get(write.value);
    if (same === undefined) this.#writes.set(write.value, new Set([write]));
    else same.add(write);
    this.#writeCount++;
  }

  #forget(now: number): void {
    let earliest = now;
    for (const { begin } of this.#open.values()) earliest = Math.min(earliest, begin);
    const old = this.#tree;
    let greatest = Before - 1;
    for (const { rank } of this.#blocks)
      if (old.first[rank]! < earliest) greatest = Math.max(greatest, old.last(rank));
    const kept = this.#blocks.filter(
      ({ rank }) => old.first[rank]! >= greatest || old.last(rank) >= greatest,
    );
    this.#capacity = 2 * Math.max(LeastHeld, kept.length);
    this.#tree = new ZoneTree(this.#capacity);
    const held = new Set(kept);
    for (const block of kept) block.rank = this.#tree.open(old.first[block.rank]!, old.last(block.rank));
    this.#blocks = kept;
    for (const [value, writes] of this.#writes) {
      for (const write of writes) {
        const { block, replaced } = write;
        if (block === undefined || (held.has(block) && (replaced === undefined || replaced >= earliest)))
          continue;
        writes.delete(write);
        this.#writeCount--;
      }
      if (writes.size === 0) this.#writes.delete(value);
    }
    this.#mostWrites = 2 * Math.max(LeastHeld, this.#writeCount);
  }
}

/** A judge of one register whose writes can be told apart. */
export function onlineZones(): OnlineRegister {
  return new OnlineZones();
}
