import type { Level } from "../../levels.ts";
import type { PlainHistory, PlainTransaction } from "../plain.ts";
import { accounts, writesOf, type Account } from "./accounts.ts";
import { factsOf } from "./adya.ts";
import { Graph, heeded } from "./graph.ts";
import { Relation } from "./relation.ts";
import { isRuledOut, obeys, ownListsFail } from "./rules.ts";
import { writesNotInterleaved } from "./uncommitted.ts";

/** An order of commits, with the initial transaction first, which gives the order of versions of every key. */
export function committedInOrder(history: PlainHistory, order: readonly PlainTransaction[]): Ordered {
  const nodes = [undefined, ...order];
  const keys = [
    ...new Set(history.transactions.flatMap(({ operations }) => operations.map(({ key }) => key))),
  ];
  return {
    nodes,
    keys,
    order: new Map(
      keys.map((key) => [
        key,
        [0, ...nodes.flatMap((node, i) => (writesOf(node, key).length > 0 ? [i] : []))],
      ]),
    ),
  };
}

type Ordered = Omit<Account, "reads" | "ownLists">;

/** The accounts of an order of commits: who may have read from whom. */
export function accountsInOrder(ordered: Ordered): Account[] {
  return [...accounts(ordered, ordered.order)];
}

/** Whether an order of commits explains read uncommitted. */
export function explainsUncommitted(history: PlainHistory, level: Level, ordered: Ordered): boolean {
  const { nodes } = ordered;
  const o = heeded({ nodes }, history)[level.strength];
  return !isRuledOut(level.name, factsOf(history)) && forward(o) && writesNotInterleaved(ordered, history);
}

/**
 * Whether an account explains a level in its order of commits: it obeys the level's rule, and no transaction stands before
 * one that it comes after. For levels of snapshots, `snapshots[i]` is how many nodes, the initial one included, node i saw; any if not told.
 */
export function explainsInOrder(
  history: PlainHistory,
  { name, strength }: Level,
  account: Account,
  snapshots?: readonly number[],
): boolean {
  const orders = heeded(account, history);
  const graph = new Graph(account, orders, strength);
  if (isRuledOut(name, factsOf(history)) || (!account.ownLists && isRuledOut(name, ownListsFail)))
    return false;
  const updates = new Set([...account.order.values()].flat());
  switch (name) {
    case "prefix-consistency":
    case "snapshot-isolation":
    case "ansi-snapshot-isolation":
      return snapshotsExplain(graph, name, snapshots);
    case "repeatable-read":
    case "view-serializable":
    case "serializable":
      return forward(graph.depends.or(graph.rw));
    case "update-serializable":
      return (
        forward(graph.depends.or(graph.antidependencies((reader) => updates.has(reader)))) &&
        obeys(graph, name)
      );
    default:
      return forward(graph.depends) && obeys(graph, name);
  }
}

/** Whether all pairs lead to later nodes. */
function forward({ rows }: Relation): boolean {
  return rows.every((row, a) => (row & ((1 << (a + 1)) - 1)) === 0);
}

/** A graph of snapshots 2t and commits 2t + 1 in which the commits stand in their order. */
function snapshotsExplain(
  graph: Graph,
  name: "prefix-consistency" | "snapshot-isolation" | "ansi-snapshot-isolation",
  snapshots: readonly number[] | undefined,
): boolean {
  const size = graph.account.nodes.length;
  const relation = new Relation(2 * size);
  const beforeSnapshot = graph.heeded.or(graph.wr, ...(name === "prefix-consistency" ? [] : [graph.ww]));
  for (let a = 0; a < size; a++) {
    relation.add(2 * a, 2 * a + 1);
    for (let b = 0; b < size; b++) {
      if (a < b) relation.add(2 * a + 1, 2 * b + 1);
      if (beforeSnapshot.has(a, b)) relation.add(2 * a + 1, 2 * b);
      if (graph.rw.has(a, b)) relation.add(2 * a, 2 * b + 1);
      if (name === "ansi-snapshot-isolation" && graph.orders["real-time"].has(a, b) && a >= b) return false;
      const told = snapshots?.[b];
      if (told === undefined) continue;
      if (a < told) relation.add(2 * a + 1, 2 * b);
      else relation.add(2 * b, 2 * a + 1);
    }
  }
  return relation.acyclic();
}
