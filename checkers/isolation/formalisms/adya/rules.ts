import type { LevelName } from "../../levels.ts";
import { versionOrder } from "./accounts.ts";
import type { Graph, Orders } from "./graph.ts";
import { Relation } from "./relation.ts";

/** What is wrong of itself, whatever the account. */
export interface Facts {
  readonly duplicates: boolean;
  readonly internal: boolean;
  readonly ownWrites: boolean;
}

/** Where a list that was read after own appends is not the version before with these. */
export const ownListsFail: Facts = { duplicates: false, internal: true, ownWrites: true };

export function isRuledOut(name: LevelName, { duplicates, internal, ownWrites }: Facts): boolean {
  if (duplicates) return true;
  switch (name) {
    case "read-committed-biswas-enea":
      return ownWrites;
    case "read-atomic":
    case "update-atomic":
    case "causal-consistency":
    case "parallel-snapshot-isolation":
    case "prefix-consistency":
    case "ansi-snapshot-isolation":
    case "snapshot-isolation":
    case "view-serializable":
    case "serializable":
      return internal;
    case "read-uncommitted":
    case "read-committed":
    case "cursor-stability":
    case "monotonic-atomic-view":
    case "monotonic-view":
    case "monotonic-snapshot-read":
    case "consistent-view":
    case "forward-consistent-view":
    case "update-serializable":
    case "repeatable-read":
      return false;
  }
}

/** Whether a graph whose D is acyclic obeys a level's rule. */
export function obeys(graph: Graph, name: LevelName): boolean {
  const { depends, heeded: o, wr, ww, rw, orders } = graph;
  switch (name) {
    case "read-uncommitted":
      return o.or(ww).acyclic();
    case "read-committed":
      return true;
    case "cursor-stability":
      return [...graph.account.order.keys()].every((key) =>
        o
          .or(versionOrder(graph.account, key))
          .closure()
          .compose(graph.antidependencies((_, of) => of === key))
          .irreflexive(),
      );
    case "monotonic-atomic-view":
    case "read-committed-biswas-enea":
      return readsMonotonically(graph, false);
    case "monotonic-view":
    case "monotonic-snapshot-read":
      return readsMonotonically(graph, true);
    case "read-atomic":
      return o.or(wr).compose(rw).irreflexive();
    case "update-atomic":
      return depends.compose(rw).irreflexive();
    case "causal-consistency":
      return o.or(wr).closure().compose(rw).irreflexive();
    case "consistent-view":
    case "forward-consistent-view":
    case "parallel-snapshot-isolation":
      return depends.closure().maybeCompose(rw).irreflexive();
    case "prefix-consistency":
      return o.or(wr).maybeCompose(rw).or(ww).acyclic();
    case "snapshot-isolation":
      return depends.maybeCompose(rw).acyclic();
    case "ansi-snapshot-isolation":
      return ansi(graph, orders);
    case "update-serializable":
      return updatesSerialize(graph);
    case "repeatable-read":
    case "view-serializable":
    case "serializable":
      return depends.or(rw).acyclic();
  }
}

/**
 * No operation of S that T reaches is followed in S by a read α with α RW T: reaches by a read of T's version, or, if
 * `transitively`, by a path of D.
 */
function readsMonotonically(graph: Graph, transitively: boolean): boolean {
  const { account, depends, heeded } = graph;
  const paths = depends.closure();
  return account.nodes.every((node, s) => {
    // What S has seen so far.
    const seen = new Set<number>();
    const see = (direct: number): void => {
      seen.add(direct);
      if (transitively) account.nodes.forEach((_, t) => paths.has(t, direct) && seen.add(t));
    };
    if (transitively) account.nodes.forEach((_, t) => heeded.has(t, s) && see(t));
    return (node?.operations ?? []).every(({ kind, key }, place) => {
      const read = account.reads.find((one) => one.reader === s && one.place === place);
      if (read !== undefined) {
        if (graph.overwritersOf(key, read.writer).some((later) => later !== s && seen.has(later)))
          return false;
        see(read.writer);
      }
      const last = node?.operations.findLastIndex(
        (other) => other.key === key && (other.kind === "write" || other.kind === "append"),
      );
      if (transitively && (kind === "write" || kind === "append") && last === place) {
        const order = account.order.get(key) ?? [];
        for (const earlier of order.slice(0, order.indexOf(s))) see(earlier);
      }
      return true;
    });
  });
}

/** Snapshot isolation with a snapshot node 2t and a commit node 2t + 1 for each transaction t, commits in real time. */
export function ansi({ account, strength, wr, ww, rw }: Graph, orders: Orders): boolean {
  const size = account.nodes.length;
  const graph = new Relation(2 * size);
  const snapshotOf = (t: number): number => 2 * t;
  const commitOf = (t: number): number => 2 * t + 1;
  for (let a = 0; a < size; a++) {
    graph.add(snapshotOf(a), commitOf(a));
    for (let b = 0; b < size; b++) {
      if (wr.has(a, b) || ww.has(a, b)) graph.add(commitOf(a), snapshotOf(b));
      if (rw.has(a, b)) graph.add(snapshotOf(a), commitOf(b));
      if (orders["real-time"].has(a, b)) graph.add(commitOf(a), commitOf(b));
      if (orders[strength].has(a, b)) graph.add(commitOf(a), snapshotOf(b));
    }
  }
  return graph.acyclic();
}

function updatesSerialize(graph: Graph): boolean {
  const { account, depends } = graph;
  const updates = new Set([...account.order.values()].flat());
  return account.nodes.every((_, single) =>
    depends.or(graph.antidependencies((reader) => reader === single || updates.has(reader))).acyclic(),
  );
}
