import { longestOf, readsByNode, type Broadcasts, type Message, type Read } from "./broadcasts.ts";

/** What clients come to know of one node, in the order in which they do. */
export interface KnownNode {
  /** The longest sequence that it showed: all that it shows are to be prefixes of it. */
  readonly delivered: Int32Array;
  /** When it was known to have delivered at least so many of them: times and numbers both grow. */
  readonly progress: Growth;
  /** Messages that it is known to have broadcast, and when that was known. */
  readonly broadcast: Int32Array;
  readonly broadcastTimes: Float64Array;
  /** Its own messages in the order in which it broadcast them, as the longest account of them shows. */
  readonly own: Int32Array;
  /** By message of its own: how many of these come before it. */
  readonly ownBefore: ReadonlyMap<number, number>;
}

/** Numbers that grow with time. */
export interface Growth {
  readonly times: Float64Array;
  readonly numbers: Float64Array;
}

/**
 * The messages that come causally before one, as far as clients know: so many of what its node delivered, of what it was known
 * to have broadcast, and of its own messages in the order of their broadcasts.
 */
export interface Past {
  readonly delivered: number;
  readonly broadcast: number;
  readonly own: number;
}

const noPast: Past = { delivered: 0, broadcast: 0, own: 0 };

/**
 * What was known of each node at each time. A node is known to have broadcast what it acknowledged, and what anybody has read. It
 * is known to have delivered what a read of it showed and what it acknowledged; and then, since what it has delivered grows
 * at its end only, whatever it showed later in places before that. Messages whose values repeat tell nothing.
 */
export function knownNodes({ messages, reads }: Broadcasts): ReadonlyMap<number, KnownNode> {
  const readsOf = readsByNode(reads);
  const seenAt = new Float64Array(messages.length).fill(Infinity);
  for (const read of reads) {
    for (const message of read.messages)
      if (read.attempt.end < seenAt[message]!) seenAt[message] = read.attempt.end;
  }
  const messagesOf = new Map<number, number[]>();
  for (const [number, { node, count }] of messages.entries()) {
    if (count !== 1) continue;
    const known = messagesOf.get(node);
    if (known === undefined) messagesOf.set(node, [number]);
    else known.push(number);
  }
  const orders = broadcastOrders(readsOf, messages);
  const nodes = new Map<number, KnownNode>();
  for (const node of new Set([...readsOf.keys(), ...messagesOf.keys()]))
    if (node >= 0)
      nodes.set(
        node,
        knownNode(readsOf.get(node), messagesOf.get(node) ?? [], orders.get(node) ?? [], messages, seenAt),
      );
  return nodes;
}

/** By node: its messages in the order in which some node delivered most of them; all deliver them in that order. */
function broadcastOrders(
  readsOf: ReadonlyMap<number, readonly [Read, ...Read[]]>,
  messages: readonly Message[],
): ReadonlyMap<number, readonly number[]> {
  const longest = new Map<number, readonly number[]>();
  for (const [at, reads] of readsOf)
    for (const read of at < 0 ? reads : [longestOf(reads)]) {
      const orders = new Map<number, number[]>();
      for (const number of new Set(read.messages)) {
        const { node, count } = messages[number]!;
        if (node < 0 || count !== 1) continue;
        const order = orders.get(node);
        if (order === undefined) orders.set(node, [number]);
        else order.push(number);
      }
      for (const [node, order] of orders)
        if (order.length > (longest.get(node)?.length ?? 0)) longest.set(node, order);
    }
  return longest;
}

function knownNode(
  reads: readonly [Read, ...Read[]] | undefined,
  own: readonly number[],
  inOrder: readonly number[],
  messages: readonly Message[],
  seenAt: Float64Array,
): KnownNode {
  const delivered = reads === undefined ? new Int32Array(0) : longestOf(reads).messages;
  const places = new Map<number, number>();
  for (const [place, message] of delivered.entries()) if (!places.has(message)) places.set(message, place);
  const progress = (reads ?? []).map(({ attempt, messages: list }): [time: number, number: number] => [
    attempt.end,
    list.length,
  ]);
  const broadcast: [time: number, message: number][] = [];
  for (const message of own) {
    const acknowledged = acknowledgedAt(messages[message]!);
    const place = places.get(message);
    if (acknowledged < Infinity && place !== undefined) progress.push([acknowledged, place + 1]);
    const time = Math.min(acknowledged, seenAt[message]!);
    if (time < Infinity) broadcast.push([time, message]);
  }
  broadcast.sort(([a], [b]) => a - b);
  return {
    delivered,
    progress: growthOf(progress),
    broadcast: Int32Array.from(broadcast, ([, message]) => message),
    broadcastTimes: Float64Array.from(broadcast, ([time]) => time),
    own: Int32Array.from(inOrder),
    ownBefore: new Map(inOrder.map((message, before) => [message, before])),
  };
}

/** The event at which a node acknowledged a message; Infinity: never. */
export function acknowledgedAt({ broadcast }: Message): number {
  return broadcast?.outcome === "ok" ? broadcast.end : Infinity;
}

/** The greatest numbers so far, in the order of time. */
export function growthOf(steps: readonly (readonly [time: number, number: number])[]): Growth {
  const sorted = steps.toSorted(([a], [b]) => a - b);
  let most = -Infinity;
  return {
    times: Float64Array.from(sorted, ([time]) => time),
    numbers: Float64Array.from(sorted, ([, number]) => (most = Math.max(most, number))),
  };
}

/** How many times lie before a time; times grow. */
export function countBefore(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is known to come before a message: what its node had delivered or broadcast when it was asked to broadcast it. */
export function pastOf(number: number, message: Message, nodes: ReadonlyMap<number, KnownNode>): Past {
  const { broadcast, count, node } = message;
  const known = nodes.get(node);
  if (broadcast === undefined || count !== 1 || known === undefined) return noPast;
  const steps = countBefore(known.progress.times, broadcast.index);
  return {
    delivered: known.progress.numbers[steps - 1] ?? 0,
    broadcast: countBefore(known.broadcastTimes, broadcast.index),
    own: known.ownBefore.get(number) ?? 0,
  };
}
