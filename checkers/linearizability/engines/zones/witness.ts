import { Never } from "../../calls.ts";
import { Differ, Nothing, Read } from "../register-calls.ts";
import { None, type Blocks } from "./blocks.ts";
import { NoWriter } from "./writes-of-values.ts";

/**
 * An order of the calls when no two blocks conflict: blocks by `first` where that is a forward zone, by `last`
 * where it is a backward one. Where A must precede B, since first(A) < last(B), it then does: if B is forward,
 * last(A) ≤ first(B), or both would have to precede the other; if B is backward, A's moment is at most
 * first(A). Inside a block, the writes as they replaced one another, the reads of each by their begins.
 * Calls that see and change nothing come when they begin; those that saw that a value was not there, at
 * the first place open to them where it was not. `undefined` when these found no place, though another
 * order might have one.
 */
export function witness(blocks: Blocks): Int32Array | undefined {
  const { kind, byEnd } = blocks.from;
  const order = orderOfBlocks(blocks);
  let bystanders = false;
  for (const call of byEnd) bystanders ||= kind[call] === Nothing || kind[call] === Differ;
  return bystanders ? withBystanders(blocks, order) : order;
}

function orderOfBlocks({ from, count, first, last, root, block, successor }: Blocks): Int32Array {
  const { kind, source, registers } = from;
  const { begin, length } = registers.calls;

  /** The reads of each write by their begins: the first, and of each the next. */
  const reads = new Int32Array(length + 1).fill(None);
  const next = new Int32Array(length);
  let members = 0;
  for (let i = length - 1; i >= 0; i--) {
    if (block[i] === None) continue;
    members++;
    if (kind[i] !== Read || source[i] === NoWriter) continue;
    next[i] = reads[source[i]!]!;
    reads[source[i]!] = i;
  }
  const order = new Int32Array(members);
  let placed = 0;
  const place = (one: number): void => {
    for (let write = root[one]!; write !== None; write = successor === undefined ? None : successor[write]!) {
      if (write !== length) order[placed++] = write;
      for (let read = reads[write]!; read !== None; read = next[read]!) order[placed++] = read;
    }
  };

  let forward = 0;
  const seekForward = (): void => {
    while (forward < count && first[forward]! >= last[forward]!) forward++;
  };
  if (first[0]! >= last[0]!) place(0);
  seekForward();
  const done = new Uint8Array(count);
  done[0] = 1;
  for (let i = 0; i < length; i++) {
    const one = block[i]!;
    if (one === None) continue;
    const now = begin[i]!;
    while (forward < count && first[forward]! < now) {
      place(forward++);
      seekForward();
    }
    if (now !== last[one] || first[one]! < now || done[one] === 1) continue;
    done[one] = 1;
    place(one);
  }
  return order;
}

/**
 * Puts in the calls that change nothing. Each call of the order has a slot after it; a call x may stand in a
 * slot when everything before began before x ended, and everything after ended after x began. Calls in
 * one slot stand by their begins, and none stands in a slot before that of one which precedes it.
 */
function withBystanders({ from }: Blocks, order: Int32Array): Int32Array | undefined {
  const { kind, registers, byEnd } = from;
  const { calls, seen, written } = registers;
  const { begin, end, length } = calls;
  const slots = order.length + 1;
  /** Slot → latest begin before it, earliest end after it, value in it, next slot with another value. */
  const latest = new Int32Array(slots);
  const earliest = new Int32Array(slots);
  const value = new Int32Array(slots);
  const change = new Int32Array(slots);
  latest[0] = -2;
  for (let slot = 1; slot < slots; slot++) {
    const call = order[slot - 1]!;
    latest[slot] = Math.max(latest[slot - 1]!, begin[call]!);
    value[slot] = kind[call] === Read ? value[slot - 1]! : written[call]!;
  }
  earliest[slots - 1] = Never;
  change[slots - 1] = slots;
  for (let slot = slots - 2; slot >= 0; slot--) {
    earliest[slot] = Math.min(earliest[slot + 1]!, end[order[slot]!]!);
    change[slot] = value[slot] === value[slot + 1] ? change[slot + 1]! : slot + 1;
  }

  const chosen = new Int32Array(length).fill(-1);
  const filled = new Int32Array(slots + 1);
  let floor = 0;
  let open = 0;
  let returned = 0;
  let added = 0;
  for (let i = 0; i < length; i++) {
    if (end[i] === Never || (kind[i] !== Nothing && kind[i] !== Differ)) continue;
    for (; end[byEnd[returned]!]! < begin[i]!; returned++) floor = Math.max(floor, chosen[byEnd[returned]!]!);
    // As begins grow, so does the first slot that is open.
    while (earliest[open]! < begin[i]!) open++;
    let slot = Math.max(open, floor);
    if (kind[i] === Differ && value[slot] === seen[i]) slot = change[slot]!;
    if (slot >= slots || latest[slot]! > end[i]!) return undefined;
    chosen[i] = slot;
    filled[slot + 1]!++;
    added++;
  }
  for (let slot = 0; slot < slots; slot++) filled[slot + 1]! += filled[slot]!;
  const complete = new Int32Array(order.length + added);
  order.forEach((call, at) => (complete[at + filled[at + 1]!] = call));
  const next = filled.slice();
  for (let i = 0; i < length; i++) if (chosen[i] !== -1) complete[chosen[i]! + next[chosen[i]!]!++] = i;
  return complete;
}
