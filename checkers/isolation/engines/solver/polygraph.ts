import type { Edge } from "../../decision.ts";
import { Initial, type Reading } from "../../reading.ts";
import { Append } from "../../transactions.ts";
import { barriers } from "../saturation/real-time.ts";
import {
  EdgeList,
  Inner,
  labelOf,
  Overwritten,
  ReadFrom,
  RealTime,
  Session,
  Version,
  type FixedEdges,
} from "./graph.ts";
import type { Rules } from "./rules.ts";
import type { ChoiceEdge } from "./search.ts";
import { versionsOf, type Versions } from "./versions.ts";

/**
 * A level on a reading as a graph with choices (Papadimitriou's polygraph): edges that stand whatever is chosen, and for each two chains
 * of versions of one key the edges that stand if the one comes before the other.
 *
 * A chain is a run of versions that nothing can come between: those of known order, and where the rules say so each version together with
 * the one that a transaction wrote which had read it. Everything that happened to a version is over before the
 * next one: `versionFrom` is where its writer was done (unless readers imply it), `readersFrom` a node that all its readers come
 * before. So one chain before another is at most two edges, however many readers there are.
 */
export interface Polygraph {
  readonly reading: Reading;
  readonly rules: Rules;
  readonly versions: Versions;
  readonly edges: FixedEdges;
  /** Node of the reading that each node is of, −1 for helping nodes. */
  readonly owner: Int32Array;
  /** Where each node of the reading starts (its snapshot, if there is one) and where it is done (its commit). */
  readonly start: Int32Array;
  readonly commit: Int32Array;
  /** Where each read entry is met. */
  readonly readAt: Int32Array;

  // Of each version, −1 if there is no such edge.
  readonly versionFrom: Int32Array;
  readonly versionTo: Int32Array;
  readonly readersFrom: Int32Array;
  readonly readersTo: Int32Array;
  /** Node that all readers of a version come before that may be chosen, or −1. */
  readonly gather: Int32Array;
}

/** The polygraph, or a cycle that two versions of a key make by themselves. */
export function polygraphOf(reading: Reading, rules: Rules): Polygraph | readonly Edge[] {
  const versions = versionsOf(reading, rules.chains, (key) => rules.heedsVersions || isList(reading, key));
  if (versions.contradiction !== undefined) return versions.contradiction;
  const { nodes, readFirst, readKey, readFrom } = reading;
  const layout = nodesOf(reading, rules, versions);
  const { owner, start, commit, readAt, versionTo } = layout;
  const edges = new EdgeList();

  if (rules.layout === "two")
    for (let n = Initial; n < nodes; n++) edges.add(start[n]!, commit[n]!, labelOf(Inner, 0));
  for (const [from, to] of layout.rows) edges.add(from, to, labelOf(Inner, 0));
  if (rules.sessions) addSessions(reading, layout, edges);
  if (rules.realTime !== "none") addRealTime(reading, layout, rules.realTime === "commits", edges);
  for (let n = Initial + 1; n < nodes; n++) {
    let last = -1;
    for (let r = readFirst[n]!; r < readFirst[n + 1]!; r++) {
      const from = readFrom[r]!;
      if (from > Initial && (from !== last || rules.layout === "operations"))
        edges.add(commit[from]!, readAt[r]!, labelOf(ReadFrom, readKey[r]!));
      last = from;
    }
  }

  const count = versions.node.length;
  const versionFrom = new Int32Array(count).fill(-1);
  const readersFrom = new Int32Array(count).fill(-1);
  const readersTo = new Int32Array(count);
  const gather = new Int32Array(count).fill(-1);
  const { isChoice, next, readsOf, readsFirst } = versions;
  const reader = versions.reader;
  for (let v = 0; v < count; v++) readersTo[v] = commit[versions.node[v]!]!;
  const counts = (n: number): boolean =>
    rules.antiDependencies === "all" ||
    (rules.antiDependencies === "updates" && reading.writeFirst[n + 1]! > reading.writeFirst[n]!);
  // Whether whoever comes after all readers of a version is where whoever comes after its writer has to be.
  const readersImply = !rules.conflicts && rules.layout !== "operations";
  const found: number[] = [];
  for (let v = 0; v < count; v++) {
    const writer = versions.node[v]!;
    const key = versions.key[v]!;
    const after = next[v]!;
    found.length = 0;
    for (let i = readsFirst[v]!; i < readsFirst[v + 1]!; i++) {
      const r = readsOf[i]!;
      const n = reader[r]!;
      const at = rules.layout === "operations" ? readAt[r]! : start[n]!;
      if (counts(n) && found.at(-1) !== at && !(after >= 0 && versions.node[after] === n)) found.push(at);
    }
    const gathers =
      rules.antiDependencies !== "none" && (isChoice[v] === 1 || (after < 0 && found.length > 1));
    if (gathers) {
      gather[v] = owner.push(-1) - 1;
      for (const at of found) edges.add(at, gather[v]!, labelOf(Inner, 0));
      readersFrom[v] = gather[v]!;
      if (readersImply && writer !== Initial) edges.add(commit[writer]!, gather[v]!, labelOf(Version, key));
    } else if (found.length === 1) readersFrom[v] = found[0]!;
    if (!readersImply || readersFrom[v]! < 0) versionFrom[v] = writer === Initial ? -1 : commit[writer]!;
    if (after < 0) continue;
    if (gathers) edges.add(gather[v]!, readersTo[after]!, labelOf(Overwritten, key));
    else for (const at of found) edges.add(at, readersTo[after]!, labelOf(Overwritten, key));
    if (writer !== Initial) edges.add(commit[writer]!, versionTo[after]!, labelOf(Version, key));
  }
  for (let key = 0; key + 1 < versions.chainFirst.length; key++) {
    const first = versions.chainFirst[key]!;
    const tail = versions.tail[first]!;
    for (let c = first + 1; c < versions.chainFirst[key + 1]!; c++) {
      const head = versions.head[c]!;
      if (versionFrom[tail]! >= 0) edges.add(versionFrom[tail]!, versionTo[head]!, labelOf(Version, key));
      if (readersFrom[tail]! >= 0) edges.add(readersFrom[tail]!, readersTo[head]!, labelOf(Overwritten, key));
    }
  }
  return {
    reading,
    rules,
    versions,
    edges: edges.fixed(owner.length),
    owner: Int32Array.from(owner),
    start,
    commit,
    readAt,
    versionFrom,
    versionTo,
    readersFrom,
    readersTo,
    gather,
  };
}

/** The edges that stand if chain a comes before chain b. */
export function edgesBetween(
  { versions, versionFrom, versionTo, readersFrom, readersTo }: Polygraph,
  a: number,
  b: number,
): ChoiceEdge[] {
  const tail = versions.tail[a]!;
  const head = versions.head[b]!;
  const key = versions.key[head]!;
  const edges: ChoiceEdge[] = [];
  if (versionFrom[tail]! >= 0)
    edges.push({ from: versionFrom[tail]!, to: versionTo[head]!, label: labelOf(Version, key) });
  if (readersFrom[tail]! >= 0)
    edges.push({ from: readersFrom[tail]!, to: readersTo[head]!, label: labelOf(Overwritten, key) });
  return edges;
}

function isList(
  { transactions, writerFirst, writer, writeFirst, writeKey, writeOperation }: Reading,
  key: number,
): boolean {
  const node = writer[writerFirst[key]! + 1];
  if (node === undefined || writerFirst[key]! + 1 >= writerFirst[key + 1]!) return false;
  for (let w = writeFirst[node]!; w < writeFirst[node + 1]!; w++)
    if (writeKey[w] === key) return transactions.kind[writeOperation[w]!] === Append;
  return false;
}

interface Layout {
  readonly owner: number[];
  readonly start: Int32Array;
  readonly commit: Int32Array;
  readonly readAt: Int32Array;
  readonly versionTo: Int32Array;
  /** Edges between the operations of one transaction. */
  readonly rows: readonly (readonly [number, number])[];
}

function nodesOf(reading: Reading, rules: Rules, versions: Versions): Layout {
  const { nodes, readFirst, writeFirst, readOperation, writeOperation } = reading;
  const owner = Array.from({ length: nodes }, (_, n) => n);
  const start = Int32Array.from(owner);
  const readAt = new Int32Array(readOperation.length);
  const versionTo = new Int32Array(versions.node.length);
  if (rules.layout !== "operations") {
    let commit = start;
    if (rules.layout === "two") {
      commit = start.map((n) => nodes + n);
      for (let n = 0; n < nodes; n++) owner.push(n);
    }
    for (let r = 0; r < readAt.length; r++) readAt[r] = versions.reader[r]!;
    const arrives = rules.conflicts ? start : commit;
    for (let v = 0; v < versionTo.length; v++) versionTo[v] = arrives[versions.node[v]!]!;
    return { owner, start, commit, readAt, versionTo, rows: [] };
  }
  const commit = new Int32Array(nodes);
  const rows: [number, number][] = [];
  for (let n = 0; n < nodes; n++) {
    let last = n;
    let r = readFirst[n]!;
    const writes = Array.from({ length: writeFirst[n + 1]! - writeFirst[n]! }, (_, i) => writeFirst[n]! + i);
    writes.sort((a, b) => writeOperation[a]! - writeOperation[b]!);
    let w = 0;
    const step = (): number => {
      const node = owner.push(n) - 1;
      rows.push([last, node]);
      last = node;
      return node;
    };
    while (r < readFirst[n + 1]! || w < writes.length) {
      const write = writes[w];
      if (write === undefined || (r < readFirst[n + 1]! && readOperation[r]! < writeOperation[write]!))
        readAt[r++] = step();
      else {
        versionTo[versions.versionOfWrite[write]!] = step();
        w++;
      }
    }
    commit[n] = step();
  }
  return { owner, start, commit, readAt, versionTo, rows };
}

function addSessions(
  { nodes, session, place, sessionFirst, sessionNode }: Reading,
  layout: Layout,
  edges: EdgeList,
): void {
  for (let n = Initial + 1; n < nodes; n++) {
    const at = place[n]!;
    if (at === 0) continue;
    const before = sessionNode[sessionFirst[session[n]!]! + at - 1]!;
    edges.add(layout.commit[before]!, layout.start[n]!, labelOf(Session, 0));
  }
}

function addRealTime(reading: Reading, layout: Layout, commits: boolean, edges: EdgeList): void {
  const first = layout.owner.length;
  const arrives = commits ? layout.commit : layout.start;
  const label = labelOf(RealTime, 0);
  const count = barriers(
    reading,
    (node, barrier) => edges.add(layout.commit[node]!, first + barrier, label),
    (barrier, node) => edges.add(first + barrier, arrives[node]!, label),
  );
  for (let b = 0; b < count; b++) {
    layout.owner.push(-1);
    if (b > 0) edges.add(first + b - 1, first + b, label);
  }
}
