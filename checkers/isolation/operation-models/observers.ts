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
  const forced = new ForcedEdges(graph);
  for (;;) {
    const order = graph.topologicalOrder();
    if (order.length < nodes) return forced.explained(graph.cycle() ?? []);
    const clock = clocksOf(reading, graph, order);
    for (const { node, key, from } of own)
      for (let s = 0; s < sessions; s++) {
        const reached = clock[node * sessions + s]!;
        const earlier = latestUpTo(writersIn.get(key * sessions + s) ?? [], reading.place, reached);
        if (earlier === undefined || earlier === from || earlier === node) continue;
        if (from === Initial) {
          const path = forced.explained(graph.path(earlier, node) ?? []);
          return [...path, { from: node, to: earlier, kind: "rw", key }];
        }
        // What comes before it anyhow need not be told again.
        if (clock[from * sessions + s]! < reading.place[earlier]!) forced.add(earlier, from, node, key);
      }
    if (!forced.endRound()) return undefined;
  }
}

interface Reason {
  readonly reader: number;
  readonly round: number;
}

/** Edges between writes that reads force, round by round; each because of a path to its reader by edges of earlier rounds. */
class ForcedEdges {
  readonly #graph: EdgeGraph;
  readonly #reasons = new Map<Edge, Reason>();
  readonly #known = new Map<number, Set<number>>();
  #added: Edge[] = [];
  #round = 0;

  constructor(graph: EdgeGraph) {
    this.#graph = graph;
  }

  add(from: number, to: number, reader: number, key: number): void {
    let known = this.#known.get(from);
    if (known === undefined) {
      known = new Set();
      this.#known.set(from, known);
    }
    if (known.has(to)) return;
    known.add(to);
    const edge: Edge = { from, to, kind: "ww", key };
    this.#reasons.set(edge, { reader, round: this.#round });
    this.#added.push(edge);
  }

  /** Puts what was added into the graph; whether there was anything. */
  endRound(): boolean {
    for (const edge of this.#added) this.#graph.add(edge);
    const any = this.#added.length > 0;
    this.#added = [];
    this.#round++;
    return any;
  }

  /** The edges with their reasons, and these with theirs. */
  explained(edges: readonly Edge[]): readonly Edge[] {
    const paths = new Map<Edge, readonly Edge[]>();
    const open = [...edges];
    for (let edge = open.pop(); edge !== undefined; edge = open.pop()) {
      const reason = this.#reasons.get(edge);
      if (reason === undefined || paths.has(edge)) continue;
      const { reader, round } = reason;
      const isEarlier = (other: Edge): boolean => (this.#reasons.get(other)?.round ?? -1) < round;
      const path = this.#graph.path(edge.from, reader, isEarlier) ?? [];
      paths.set(edge, path);
      open.push(...path);
    }
    const told = new Map<Edge, Edge>();
    const of = (edge: Edge): Edge => told.get(edge) ?? edge;
    const inRounds = [...paths].toSorted(([a], [b]) => this.#roundOf(a) - this.#roundOf(b));
    for (const [edge, path] of inRounds) {
      const { from, to, key } = edge;
      const read: Edge = { from: to, to: this.#reasons.get(edge)!.reader, kind: "wr", key };
      told.set(edge, { from, to, kind: "ww", key, because: [...path.map(of), read] });
    }
    return edges.map(of);
  }

  #roundOf(edge: Edge): number {
    return this.#reasons.get(edge)?.round ?? -1;
  }
}

/** What the observer saw of the order of versions: those before each that it read, and that all others came after its read. */
function addSeenOrder(
  { writerFirst, writer, ordered }: Reading,
  graph: EdgeGraph,
  own: readonly { readonly node: number; readonly key: number; readonly from: number }[],
): void {
  /** Of each key whose versions are in order: their places, and up to which the graph has them. */
  const seen = new Map<number, { readonly places: ReadonlyMap<number, number>; upTo: number }>();
  for (const { node, key, from } of own) {
    const first = writerFirst[key]!;
    const known = ordered[key]!;
    if (known <= 1) continue;
    let versions = seen.get(key);
    if (versions === undefined) {
      versions = {
        places: new Map(
          Array.from(writer.subarray(first, first + known), (version, place) => [version, place]),
        ),
        upTo: 1,
      };
      seen.set(key, versions);
    }
    const at = versions.places.get(from);
    if (at === undefined) continue;
    for (; versions.upTo < at; versions.upTo++)
      graph.add({
        from: writer[first + versions.upTo]!,
        to: writer[first + versions.upTo + 1]!,
        kind: "ww",
        key,
      });
    if (at + 1 < known) graph.add({ from: node, to: writer[first + at + 1]!, kind: "rw", key });
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
