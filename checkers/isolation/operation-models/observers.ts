import type { Edge } from "../decision.ts";
import { Initial, type Reading } from "../reading.ts";
import { EdgeGraph } from "./edge-graph.ts";

/**
 * A circle in what some session must have seen, under PRAM (Lipton and Sandberg 1988) or causal memory (Ahamad et al. 1995);
 * `undefined` where every session has an order of all writes and its own reads that explains them.
 *
 * Such an order keeps the order of every session and, under causal memory, that of who read from whom. It must then have, for each
 * read of the session, all other writes of the key that come before the read also before the one that was read. What that forces
 * is added until nothing new is (Bouajjani, Enea, Guerraoui and Hamza 2017; Wei et al. 2016); a circle, or an initial value
 * that was read after a write, refutes it, and otherwise there is an order. For k sessions and n operations, O(n·k) a round
 * and session.
 */
export function observerCycle(reading: Reading, model: "PRAM" | "causal"): readonly Edge[] | undefined {
  for (let session = 0; session < reading.sessions; session++) {
    const cycle = cycleSeenBy(reading, session, model);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function cycleSeenBy(
  reading: Reading,
  observer: number,
  model: "PRAM" | "causal",
): readonly Edge[] | undefined {
  const { nodes, session, sessions, sessionFirst, sessionNode, readFirst, readKey, readFrom } = reading;
  const graph = new EdgeGraph(nodes);
  for (let s = 0; s < sessions; s++)
    for (let i = sessionFirst[s]! + 1; i < sessionFirst[s + 1]!; i++)
      graph.add({ from: sessionNode[i - 1]!, to: sessionNode[i]!, kind: "so", key: -1 });
  const own: { readonly node: number; readonly key: number; readonly from: number }[] = [];
  for (let node = 1; node < nodes; node++)
    for (let entry = readFirst[node]!; entry < readFirst[node + 1]!; entry++) {
      const from = readFrom[entry]!;
      const key = readKey[entry]!;
      if (session[node] === observer) own.push({ node, key, from });
      if (from > Initial && (model === "causal" || session[node] === observer))
        graph.add({ from, to: node, kind: "wr", key });
    }
  addSeenOrder(reading, graph, own);
  const writersIn = writersBySession(reading);
  const forced = new Set<number>();
  for (;;) {
    const order = graph.topologicalOrder();
    if (order.length < nodes) return graph.cycle();
    const clock = clocksOf(reading, graph, order);
    const added: Edge[] = [];
    for (const { node, key, from } of own)
      for (let s = 0; s < sessions; s++) {
        const reached = clock[node * sessions + s]!;
        const earlier = latestUpTo(writersIn.get(key * sessions + s) ?? [], reading.place, reached);
        if (earlier === undefined || earlier === from || earlier === node) continue;
        const path = graph.path(earlier, node);
        if (path === undefined) continue;
        if (from === Initial) return [...path, { from: node, to: earlier, kind: "rw", key }];
        if (forced.has(earlier * nodes + from)) continue;
        forced.add(earlier * nodes + from);
        added.push({
          from: earlier,
          to: from,
          kind: "ww",
          key,
          because: [...path, { from, to: node, kind: "wr", key }],
        });
      }
    if (added.length === 0) return undefined;
    for (const edge of added) graph.add(edge);
  }
}

/** What the observer saw of the order of versions: those before each that it read, and that all others came after its read. */
function addSeenOrder(
  reading: Reading,
  graph: EdgeGraph,
  own: readonly { readonly node: number; readonly key: number; readonly from: number }[],
): void {
  const { writerFirst, writer, ordered } = reading;
  for (const { node, key, from } of own) {
    const first = writerFirst[key]!;
    const known = ordered[key]!;
    if (known <= 1) continue;
    const versions = Array.from(writer.subarray(first, first + known));
    const at = versions.indexOf(from);
    if (at < 0) continue;
    for (let i = 2; i <= at; i++) graph.add({ from: versions[i - 1]!, to: versions[i]!, kind: "ww", key });
    const next = versions[at + 1];
    if (next === undefined) continue;
    graph.add({ from: node, to: next, kind: "rw", key });
  }
}

/** Of each node, how far in each session what comes before it goes: places, −1 for nothing. */
function clocksOf(
  { nodes, sessions, session, place }: Reading,
  graph: EdgeGraph,
  order: readonly number[],
): Int32Array {
  const clock = new Int32Array(nodes * sessions).fill(-1);
  for (const node of order)
    for (const { to } of graph.edgesFrom(node)) {
      for (let s = 0; s < sessions; s++)
        clock[to * sessions + s] = Math.max(clock[to * sessions + s]!, clock[node * sessions + s]!);
      const own = session[node]!;
      if (own >= 0) clock[to * sessions + own] = Math.max(clock[to * sessions + own]!, place[node]!);
    }
  return clock;
}

/** The writers of each key by session, in order: under `key * sessions + session`. */
function writersBySession(reading: Reading): Map<number, number[]> {
  const { sessions, sessionFirst, sessionNode, writeFirst, writeKey } = reading;
  const writers = new Map<number, number[]>();
  for (let s = 0; s < sessions; s++)
    for (let i = sessionFirst[s]!; i < sessionFirst[s + 1]!; i++) {
      const node = sessionNode[i]!;
      for (let w = writeFirst[node]!; w < writeFirst[node + 1]!; w++) {
        const slot = writeKey[w]! * sessions + s;
        const others = writers.get(slot);
        if (others === undefined) writers.set(slot, [node]);
        else others.push(node);
      }
    }
  return writers;
}

/** The last of some nodes of a session whose place is at most `reached`, by halving. */
function latestUpTo(nodes: readonly number[], place: Int32Array, reached: number): number | undefined {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (place[nodes[middle]!]! <= reached) low = middle + 1;
    else high = middle;
  }
  return nodes[low - 1];
}
