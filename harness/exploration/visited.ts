/** Stands for "no state" where a number of a state is expected. */
export const noState = 0xffff_ffff;

const emptySlot = 0;
/** The table is made twice as large when more than this part of it is taken. */
const fullest = 0.6;

/**
 * The states seen so far, by their 64-bit fingerprints, numbered from 0 in the order in which they were
 * found; of each the state and the action by which it was found first. An open-addressing hash table of
 * numbers over columns of 32-bit words: 16 bytes a state and 7 to 14 of table.
 */
export class VisitedSet {
  /** Slot → number of a state + 1, or `emptySlot`. */
  #slots = new Uint32Array(1 << 12);
  #low = new Uint32Array(1 << 11);
  #high = new Uint32Array(1 << 11);
  #parents = new Uint32Array(1 << 11);
  #actions = new Uint32Array(1 << 11);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Bytes held by the columns and the table. */
  get bytes(): number {
    return 4 * (this.#slots.length + 4 * this.#low.length);
  }

  /** The number of the state with this fingerprint; `noState` if it was not seen. */
  find(low: number, high: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = place(low, high) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot]!;
      if (found === emptySlot) return noState;
      const state = found - 1;
      if (this.#low[state] === low && this.#high[state] === high) return state;
    }
  }

  /** Adds a state and gives its number; `noState` if it was seen before, which `find` then finds. */
  add(low: number, high: number, parent: number, action: number): number {
    if (this.#size >= this.#slots.length * fullest) this.#enlargeTable();
    const mask = this.#slots.length - 1;
    let slot = place(low, high) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot]!;
      if (found === emptySlot) break;
      if (this.#low[found - 1] === low && this.#high[found - 1] === high) return noState;
    }
    if (this.#size === this.#low.length) this.#enlargeColumns();
    const state = this.#size++;
    this.#slots[slot] = state + 1;
    this.#low[state] = low;
    this.#high[state] = high;
    this.#parents[state] = parent;
    this.#actions[state] = action;
    return state;
  }

  /** The state from which `state` was found first; `noState` for an initial state. */
  parentOf(state: number): number {
    return this.#parents[state]!;
  }

  /** The position of the action by which `state` was found; of an initial state its own position. */
  actionOf(state: number): number {
    return this.#actions[state]!;
  }

  /** From the position of an initial state on, the positions of the actions that lead to `state`. */
  pathTo(state: number): number[] {
    const path: number[] = [];
    for (let at = state; at !== noState; at = this.parentOf(at)) path.push(this.actionOf(at));
    return path.toReversed();
  }

  #enlargeTable(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let state = 0; state < this.#size; state++) {
      let slot = place(this.#low[state]!, this.#high[state]!) & mask;
      while (slots[slot] !== emptySlot) slot = (slot + 1) & mask;
      slots[slot] = state + 1;
    }
    this.#slots = slots;
  }

  #enlargeColumns(): void {
    this.#low = enlarged(this.#low);
    this.#high = enlarged(this.#high);
    this.#parents = enlarged(this.#parents);
    this.#actions = enlarged(this.#actions);
  }
}

/** A column of twice the length that begins as the old one. */
export function enlarged(column: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(column.length * 2);
  longer.set(column);
  return longer;
}

function place(low: number, high: number): number {
  return low ^ Math.imul(high, 0x9e37_79b1);
}
