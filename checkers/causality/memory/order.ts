import { Initial, type Accesses } from "./accesses.ts";

/** What is ordered: the order of each session, who read from whom, and further pairs. */
export class AccessOrder {
  readonly accesses: Accesses;
  readonly #readFirst: Int32Array;
  readonly #readers: Int32Array;
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #because: number[] = [];

  constructor(accesses: Accesses) {
    this.accesses = accesses;
    const { count, from } = accesses;
    this.#readFirst = new Int32Array(count + 1);
    for (let i = 0; i < count; i++) if (from[i]! > Initial) this.#readFirst[from[i]! + 1]!++;
    for (let i = 0; i < count; i++) this.#readFirst[i + 1]! += this.#readFirst[i]!;
    const filled = this.#readFirst.slice();
    this.#readers = new Int32Array(this.#readFirst[count]!);
    for (let i = 0; i < count; i++) if (from[i]! > Initial) this.#readers[filled[from[i]!]!++] = i;
  }

  /** A further pair: one before the other, because of a read. */
  add(before: number, after: number, read: number): void {
    this.#from.push(before);
    this.#to.push(after);
    this.#because.push(read);
  }

  /** From each access of a circle to the next: the read because of which it is a further pair; −1: it is none. */
  because(circle: readonly number[]): number[] {
    const { count } = this.accesses;
    const reads = new Map(this.#from.map((from, i) => [from * count + this.#to[i]!, this.#because[i]!]));
    return circle.map((access, i) => reads.get(access * count + circle[(i + 1) % circle.length]!) ?? -1);
  }

  get added(): number {
    return this.#from.length;
  }

  forget(): void {
    this.#from.length = 0;
    this.#to.length = 0;
    this.#because.length = 0;
  }

  /** The accesses in an order that keeps all pairs; those on circles and behind them are missing. */
  topological(): Int32Array {
    const { count, from } = this.accesses;
    const extra = this.#extra();
    const waiting = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      if (this.accesses.place[i]! > 0) waiting[i]!++;
      if (from[i]! > Initial) waiting[i]!++;
    }
    for (const to of this.#to) waiting[to]!++;
    const order = new Int32Array(count);
    let placed = 0;
    for (let i = 0; i < count; i++) if (waiting[i] === 0) order[placed++] = i;
    for (let taken = 0; taken < placed; taken++) {
      const access = order[taken]!;
      const next = this.#next(access);
      if (next >= 0 && --waiting[next]! === 0) order[placed++] = next;
      for (let r = this.#readFirst[access]!; r < this.#readFirst[access + 1]!; r++) {
        const reader = this.#readers[r]!;
        if (--waiting[reader]! === 0) order[placed++] = reader;
      }
      for (let e = extra.first[access]!; e < extra.first[access + 1]!; e++) {
        const to = extra.to[e]!;
        if (--waiting[to]! === 0) order[placed++] = to;
      }
    }
    return order.subarray(0, placed);
  }

  /** Of each access, how far in each session goes what is before it, and it itself: places, −1 for nothing. */
  clocks(order: Int32Array): Int32Array {
    const { count, sessions, session, place } = this.accesses;
    const extra = this.#extra();
    const clock = new Int32Array(count * sessions).fill(-1);
    const pass = (from: number, to: number): void => {
      const [a, b] = [from * sessions, to * sessions];
      for (let s = 0; s < sessions; s++) if (clock[a + s]! > clock[b + s]!) clock[b + s] = clock[a + s]!;
    };
    for (const access of order) {
      clock[access * sessions + session[access]!] = place[access]!;
      const next = this.#next(access);
      if (next >= 0) pass(access, next);
      for (let r = this.#readFirst[access]!; r < this.#readFirst[access + 1]!; r++)
        pass(access, this.#readers[r]!);
      for (let e = extra.first[access]!; e < extra.first[access + 1]!; e++) pass(access, extra.to[e]!);
    }
    return clock;
  }

  /** Accesses of which each is before the next, from one to another by a shortest way of at least one step. */
  path(from: number, to: number): readonly number[] {
    const extra = this.#extra();
    const by = new Map<number, number>();
    const queue = [from];
    for (const access of queue) {
      const steps = [...this.#readers.subarray(this.#readFirst[access], this.#readFirst[access + 1])];
      const next = this.#next(access);
      if (next >= 0) steps.push(next);
      steps.push(...extra.to.subarray(extra.first[access], extra.first[access + 1]));
      for (const step of steps) {
        if (by.has(step)) continue;
        by.set(step, access);
        if (step === to) {
          const path = [to];
          for (let at = access; at !== from; at = by.get(at)!) path.push(at);
          path.push(from);
          return path.toReversed();
        }
        queue.push(step);
      }
    }
    return [];
  }

  /** Accesses of a circle, each before the next and the last before the first; there is one if `order` leaves some out. */
  circle(order: Int32Array): readonly number[] {
    const placed = new Uint8Array(this.accesses.count);
    for (const access of order) placed[access] = 1;
    const extraBefore = new Map<number, number>();
    for (const [i, to] of this.#to.entries())
      if (placed[to] === 0 && placed[this.#from[i]!] === 0) extraBefore.set(to, this.#from[i]!);
    const { from, session, place, sessionFirst, sessionAccess } = this.accesses;
    const seen = new Map<number, number>();
    const walk: number[] = [];
    let at = placed.indexOf(0);
    while (!seen.has(at)) {
      seen.set(at, walk.length);
      walk.push(at);
      const previous = place[at]! > 0 ? sessionAccess[sessionFirst[session[at]!]! + place[at]! - 1]! : -1;
      const writer = from[at]!;
      if (writer > Initial && placed[writer] === 0) at = writer;
      else if (extraBefore.has(at)) at = extraBefore.get(at)!;
      else at = previous;
    }
    return walk.slice(seen.get(at)).toReversed();
  }

  #next(access: number): number {
    const { session, place, sessionFirst, sessionAccess } = this.accesses;
    const at = sessionFirst[session[access]!]! + place[access]! + 1;
    return at < sessionFirst[session[access]! + 1]! ? sessionAccess[at]! : -1;
  }

  #extra(): { readonly first: Int32Array; readonly to: Int32Array } {
    const first = new Int32Array(this.accesses.count + 1);
    for (const from of this.#from) first[from + 1]!++;
    for (let i = 0; i < this.accesses.count; i++) first[i + 1]! += first[i]!;
    const filled = first.slice();
    const to = new Int32Array(this.#to.length);
    for (const [i, from] of this.#from.entries()) to[filled[from]!++] = this.#to[i]!;
    return { first, to };
  }
}
