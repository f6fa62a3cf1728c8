/**
 * The objects that generated clients act on, and how to break one answer of theirs so that no order explains
 * the history any more. Items and written values are small integers; −1 is null.
 */

export const Null = -1;

/** The place of a value, or of nothing, in the columns of `clients.mjs`: `a` was asked, `b` was asked or given. */
export const objects = {
  /** Reads and writes of distinct values. */
  distinct: {
    model: "register",
    functions: ["read", "write"],
    ask: (random, number) => (random() < 0.5 ? [0, Null] : [1, number]),
    create: () => new Register(),
    value: registerValue,
    spoil: staleRead,
  },
  /** Reads, writes and compare-and-sets of five values. */
  five: {
    model: "cas-register",
    functions: ["read", "write", "cas"],
    ask(random) {
      const kind = Math.floor(random() * 3);
      const [a, b] = [Math.floor(random() * 5), Math.floor(random() * 5)];
      return kind === 0 ? [0, Null] : kind === 1 ? [1, a] : [2, a, b];
    },
    create: () => new Register(),
    value: registerValue,
    spoil: staleRead,
  },
  queue: collection("fifo-queue", ["enqueue", "dequeue"], () => new Queue(), "oldest"),
  stack: collection("stack", ["push", "pop"], () => new Stack(), "newest"),
  /** Priorities are the items, scrambled so that they come in no order. */
  "priority-queue": {
    ...collection("priority-queue", ["enqueue", "dequeue"], () => new Greatest(), "greatest"),
    ask: (random, number) => (random() < 0.5 ? [0, scramble(number)] : [1, Null]),
  },
  set: {
    model: "set",
    functions: ["add", "remove", "contains"],
    /** An item is added at most once and removed at most once; asked for often. */
    ask(random, number, memory) {
      memory.added ??= [];
      const { added } = memory;
      const kind = random();
      if (kind < 0.35 || added.length === 0) {
        added.push(number);
        return [0, number];
      }
      if (kind < 0.6) {
        const at = Math.floor(random() * added.length);
        const item = added[at];
        added[at] = added[added.length - 1];
        added.pop();
        return [1, item];
      }
      return [2, added[Math.floor(random() * added.length)]];
    },
    create: () => new Members(),
    value: (f, a, b, result) => (f === 2 && result ? b === 1 : a),
    spoil: missingItem,
  },
};

function collection(model, functions, create, due) {
  return {
    model,
    functions,
    ask: (random, number) => (random() < 0.5 ? [0, number] : [1, Null]),
    create,
    value: (_, a) => (a === Null ? null : a),
    spoil: (calls) => swappedRemovals(calls, due),
  };
}

/** Writes [argument, null]; a compare-and-set [from, to]; a read the value read. */
function registerValue(f, a, b) {
  return f === 2 ? [a, b] : a === Null ? null : a;
}

class Register {
  #value = Null;

  /** Whether it happened; a read leaves what it saw in `a`. */
  apply(calls, i) {
    const f = calls.f[i];
    if (f === 0) calls.a[i] = this.#value;
    else if (f === 1) this.#value = calls.a[i];
    else if (calls.a[i] === this.#value) this.#value = calls.b[i];
    else return false;
    return true;
  }
}

class Queue {
  #items = [];
  #head = 0;

  apply(calls, i) {
    if (calls.f[i] === 0) this.#items.push(calls.a[i]);
    else calls.a[i] = this.#head < this.#items.length ? this.#items[this.#head++] : Null;
    return true;
  }
}

class Stack {
  #items = [];

  apply(calls, i) {
    if (calls.f[i] === 0) this.#items.push(calls.a[i]);
    else calls.a[i] = this.#items.pop() ?? Null;
    return true;
  }
}

/** A binary heap: the greatest item goes first. */
class Greatest {
  #items = [];

  apply(calls, i) {
    if (calls.f[i] === 0) this.#push(calls.a[i]);
    else calls.a[i] = this.#pop();
    return true;
  }

  #push(item) {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0 && items[(at - 1) >> 1] < item) {
      items[at] = items[(at - 1) >> 1];
      at = (at - 1) >> 1;
    }
    items[at] = item;
  }

  #pop() {
    const items = this.#items;
    if (items.length === 0) return Null;
    const [first] = items;
    const last = items.pop();
    const { length } = items;
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && items[child + 1] > items[child]) child++;
      if (items[child] <= last) break;
      items[at] = items[child];
      at = child;
    }
    if (length > 0) items[at] = last;
    return first;
  }
}

/** A bijection on 30 bits. */
function scramble(item) {
  return Math.imul(item, 0x2545f491) & 0x3fffffff;
}

class Members {
  #items = new Set();

  apply(calls, i) {
    const f = calls.f[i];
    const item = calls.a[i];
    if (f === 0) this.#items.add(item);
    else if (f === 1) this.#items.delete(item);
    else calls.b[i] = this.#items.has(item) ? 1 : 0;
    return true;
  }
}

/**
 * Makes one read near the end return a value that is certainly overwritten: all who could have written it
 * returned before another write began that returned before the read began. Where there is no such read, as
 * with few values and many clients, one returns a value that nobody wrote.
 */
function staleRead(calls) {
  const late = lateKnown(calls, 0);
  const writes = byKey(calls, (i) => calls.f[i] !== 0 && !calls.failed[i]);
  for (const read of late.slice(0, 200)) {
    const stale = staleValue(calls, writes.get(calls.key[read]) ?? [], read);
    if (stale === undefined) continue;
    calls.a[read] = stale;
    return;
  }
  calls.a[late[0]] = 999_999_999;
}

function staleValue(calls, writes, read) {
  let last = -1;
  for (const i of writes) {
    if (calls.begin[i] >= calls.begin[read]) break;
    if (!calls.unknown[i] && calls.end[i] < calls.begin[read]) last = i;
  }
  if (last === -1) return undefined;
  /** For each value, the end of the last write of it that the read could have seen. */
  const written = new Map();
  for (const i of writes) {
    if (calls.begin[i] >= calls.end[read]) break;
    const value = calls.f[i] === 1 ? calls.a[i] : calls.b[i];
    const end = calls.unknown[i] ? Infinity : calls.end[i];
    written.set(value, Math.max(written.get(value) ?? -1, end));
  }
  let stale;
  let latest = -1;
  for (const [value, end] of written) {
    if (end < calls.begin[last] && end > latest) [stale, latest] = [value, end];
  }
  return stale;
}

/**
 * Swaps the results of two removals near the end, one after the other, of which the first was certainly due
 * before the second: both items were inside when the first began, and it took the one due first.
 */
function swappedRemovals(calls, due) {
  const added = new Map();
  for (let i = 0; i < calls.length; i++) if (calls.f[i] === 0) added.set(calls.a[i], i);
  const late = lateKnown(calls, 1).filter((i) => calls.a[i] !== Null);
  for (let at = 0; at < late.length; at++) {
    for (let next = at + 1; next < Math.min(late.length, at + 2000); next++) {
      const [one, other] = [late[at], late[next]];
      const [first, second] = [added.get(calls.a[one]), added.get(calls.a[other])];
      if (calls.end[one] >= calls.begin[other]) continue;
      if (calls.unknown[first] || calls.unknown[second]) continue;
      if (Math.max(calls.end[first], calls.end[second]) >= calls.begin[one]) continue;
      const certain =
        due === "oldest"
          ? calls.end[first] < calls.begin[second]
          : due === "newest"
            ? calls.end[second] < calls.begin[first]
            : calls.a[one] > calls.a[other];
      if (!certain) continue;
      [calls.a[one], calls.a[other]] = [calls.a[other], calls.a[one]];
      return;
    }
  }
  // A short history may have none: then an item is removed twice.
  const [first] = late;
  const last = late.findLast((i) => calls.begin[i] > calls.end[first]);
  if (last === undefined) throw new Error("no two removals, one after the other");
  calls.a[last] = calls.a[first];
}

/** Makes one question near the end miss an item that is certainly inside: added before, removed by nobody begun. */
function missingItem(calls) {
  const added = new Map();
  const removed = new Map();
  for (let i = 0; i < calls.length; i++) {
    if (calls.f[i] === 0 && !calls.unknown[i]) added.set(calls.a[i], i);
    if (calls.f[i] === 1) removed.set(calls.a[i], i);
  }
  for (const i of lateKnown(calls, 2)) {
    const [add, remove] = [added.get(calls.a[i]), removed.get(calls.a[i])];
    if (calls.b[i] !== 1 || add === undefined || calls.end[add] >= calls.begin[i]) continue;
    if (remove !== undefined && calls.begin[remove] < calls.end[i]) continue;
    calls.b[i] = 0;
    return;
  }
  throw new Error("no question about an item that is certainly inside");
}

/** The known calls of a function among the last tenth. */
function lateKnown(calls, f) {
  const late = [];
  for (let i = Math.floor(calls.length * 0.9); i < calls.length; i++)
    if (calls.f[i] === f && !calls.unknown[i] && !calls.failed[i]) late.push(i);
  return late;
}

function byKey(calls, wanted) {
  const groups = new Map();
  for (let i = 0; i < calls.length; i++) {
    if (!wanted(i)) continue;
    const key = calls.key[i];
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(i);
  }
  return groups;
}
