import type { EventTrace } from "../../histories/event-trace.ts";

/** Events in an order in which each comes after all that happened before it; or some that happened before themselves. */
export type CausalOrder =
  | { readonly order: Int32Array; readonly circle?: undefined }
  | { readonly circle: readonly number[]; readonly order?: undefined };

/** What came directly before each event: at its node, and as the sending of what it receives; −1: nothing. */
export interface Causes {
  readonly previous: Int32Array;
  readonly sender: Int32Array;
}

export function causesOf(trace: EventTrace): Causes {
  const count = trace.node.length;
  const previous = new Int32Array(count).fill(-1);
  const last = new Int32Array(trace.nodes.length).fill(-1);
  const broadcast = new Int32Array(trace.messages.length).fill(-1);
  for (let event = 0; event < count; event++) {
    const node = trace.node[event]!;
    previous[event] = last[node]!;
    last[node] = event;
    const message = trace.broadcasts[event]!;
    if (message >= 0) broadcast[message] = event;
  }
  const sender = trace.sender.slice();
  for (let event = 0; event < count; event++) {
    const message = trace.delivers[event]!;
    if (message >= 0) sender[event] = broadcast[message]!;
  }
  return { previous, sender };
}

/**
 * The order of happens-before (Lamport 1978): the order of each node, and sending before receiving. Linear; the order of the log
 * itself where that is one already.
 */
export function causalOrder({ previous, sender }: Causes): CausalOrder {
  const count = previous.length;
  let inOrder = true;
  for (let event = 0; event < count && inOrder; event++) inOrder = sender[event]! < event;
  if (inOrder) return { order: Int32Array.from({ length: count }, (_, event) => event) };
  const waiting = new Uint8Array(count);
  const first = new Int32Array(count).fill(-1);
  const next = new Int32Array(count).fill(-1);
  const following = new Int32Array(count).fill(-1);
  for (let event = 0; event < count; event++) {
    const before = previous[event]!;
    if (before >= 0) {
      waiting[event]!++;
      following[before] = event;
    }
    const sent = sender[event]!;
    if (sent < 0) continue;
    waiting[event]!++;
    next[event] = first[sent]!;
    first[sent] = event;
  }
  const order = new Int32Array(count);
  let placed = 0;
  for (let event = 0; event < count; event++) if (waiting[event] === 0) order[placed++] = event;
  for (let taken = 0; taken < placed; taken++) {
    const event = order[taken]!;
    const after = following[event]!;
    if (after >= 0 && --waiting[after]! === 0) order[placed++] = after;
    for (let one = first[event]!; one >= 0; one = next[one]!)
      if (--waiting[one]! === 0) order[placed++] = one;
  }
  return placed === count ? { order } : { circle: circleIn(previous, sender, waiting) };
}

/** Of events that wait for one another: some of which each comes after the one before, and the first after the last. */
function circleIn(previous: Int32Array, sender: Int32Array, waiting: Uint8Array): readonly number[] {
  const seenAt = new Map<number, number>();
  const path: number[] = [];
  let event = waiting.findIndex((count) => count > 0);
  while (!seenAt.has(event)) {
    seenAt.set(event, path.length);
    path.push(event);
    const before = previous[event]!;
    event = before >= 0 && waiting[before]! > 0 ? before : sender[event]!;
  }
  return path.slice(seenAt.get(event)).toReversed();
}
