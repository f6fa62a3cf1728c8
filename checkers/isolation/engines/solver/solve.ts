import type { Edge, Execution } from "../../decision.ts";
import { Initial, type Reading } from "../../reading.ts";
import { Checks } from "./checks.ts";
import { Choices } from "./choices.ts";
import { fixedCycle } from "./explain.ts";
import { OrderedGraph, takeRoom, type Effort } from "./order.ts";
import { polygraphOf, type Polygraph } from "./polygraph.ts";
import type { Rules } from "./rules.ts";
import { scheduleByTime, timesOf } from "./schedule.ts";

export type Solution =
  | { readonly result: "valid"; readonly execution: Execution }
  | { readonly result: "cycle"; readonly cycle: readonly Edge[] }
  /** Nodes of the reading that a contradiction rests on. */
  | { readonly result: "core"; readonly core: readonly number[] }
  | { readonly result: "exhausted"; readonly undecided: number };

/**
 * Looks for an account of a reading that follows the rules. From a first order of all nodes, by time, those pairs of chains become
 * choices that it gets wrong; the search decides them and repairs the order; what the repaired order gets wrong becomes a choice in turn.
 * If no order of the choices will do, then none at all will; if the order gets nothing wrong, it is the account.
 */
export function solve(reading: Reading, rules: Rules, effort: Effort): Solution {
  effort.left -= costOfCandidates(reading);
  if (effort.left < 0 || !takeRoom(effort, bytesOf(reading)))
    return { result: "exhausted", undecided: reading.candidates.size };
  const polygraph = polygraphOf(reading, rules);
  if (!("edges" in polygraph)) return { result: "cycle", cycle: polygraph };
  const time = timesOf(polygraph);
  const order = scheduleByTime(polygraph, time);
  effort.left -= polygraph.edges.count;
  if (order.length < polygraph.edges.nodes) return { result: "cycle", cycle: fixedCycle(polygraph) };
  const graph = new OrderedGraph(polygraph.edges, order, effort);
  const choices = new Choices(polygraph, graph, effort);
  const checks = new Checks(choices, choices.refinement, effort);
  for (let again = true; ; again = !again) {
    const result = choices.search.solve();
    if (result === "unsatisfiable") return { result: "core", core: coreOf(choices) };
    if (result === "exhausted" || effort.isOver?.() === true)
      return { result: "exhausted", undecided: choices.search.variables };
    // Repairs may have moved what nothing is wrong with far from its time, where more is wrong by the rules.
    if (again && rules.precedence !== "none") graph.rearrange(time);
    else if (checks.check() === "fine") return { result: "valid", execution: executionOf(polygraph, graph) };
  }
}

/** Bytes of the polygraph, its graph and its order, roughly. */
function bytesOf({ nodes, readKey, writeKey, candidates }: Reading): number {
  return 100 * (2 * nodes + readKey.length + writeKey.length + candidates.size);
}

/** Steps for choosing who wrote what was read: each choice looks at the other candidates of its read, a few a step. */
function costOfCandidates({ candidates }: Reading): number {
  let cost = 0;
  for (const writers of candidates.values()) cost += writers.length ** 2 / CandidatesPerStep;
  return cost;
}

const CandidatesPerStep = 16;

/** The nodes of the reading that a contradiction rests on: those on its cycles, and those of the chains and reads it chose for. */
function coreOf(choices: Choices): number[] {
  const { polygraph, search } = choices;
  const { owner, versions, reading, gather } = polygraph;
  const versionOfGather = new Map<number, number>();
  for (let v = 0; v < gather.length; v++) if (gather[v]! >= 0) versionOfGather.set(gather[v]!, v);
  const { nodes, variables } = search.core();
  const core = new Set<number>();
  const addVersion = (version: number): void => {
    core.add(versions.node[version]!);
  };
  const addChain = (chain: number): void => {
    for (let v = versions.head[chain]!; v >= 0; v = versions.next[v]!) addVersion(v);
  };
  const members = new Set<number>();
  for (const node of nodes) {
    if (owner[node]! >= 0) members.add(owner[node]!);
    else if (versionOfGather.has(node)) addVersion(versionOfGather.get(node)!);
  }
  for (const variable of variables) {
    const chains = choices.chainsOf(variable);
    if (chains !== undefined) for (const chain of chains) addChain(chain);
    const read = choices.readOf(variable);
    if (read !== undefined) members.add(versions.reader[read]!);
  }
  // What they read, and what that may have been; and what puts a version at the end of the first chain of its key.
  for (const node of [...members, ...core]) {
    core.add(node);
    for (let w = reading.writeFirst[node]!; w < reading.writeFirst[node + 1]!; w++) {
      const version = versions.versionOfWrite[w]!;
      const chain = versions.chainFirst[reading.writeKey[w]!]!;
      if (versions.chain[version] !== chain) continue;
      for (let v = versions.head[chain]!; v !== version; v = versions.next[v]!) addVersion(v);
    }
    for (let r = reading.readFirst[node]!; r < reading.readFirst[node + 1]!; r++) {
      const version = versions.versionOfRead[r]!;
      if (version >= 0) addVersion(version);
      else for (const other of versions.choices.get(r) ?? []) addVersion(other);
    }
  }
  core.delete(Initial);
  return [...core].toSorted((a, b) => a - b);
}

/** Commits in the order of a graph, and how many of them each snapshot holds. */
function executionOf({ reading, commit, start, rules }: Polygraph, { at }: OrderedGraph): Execution {
  const commits = Int32Array.from({ length: reading.nodes - 1 }, (_, i) => i + 1).toSorted(
    (a, b) => at[commit[a]!]! - at[commit[b]!]!,
  );
  if (rules.layout !== "two") return { commits };
  const snapshots = new Int32Array(commits.length);
  const place = new Int32Array(reading.nodes);
  for (const [i, node] of commits.entries()) place[node] = i;
  const byStart = commits.toSorted((a, b) => at[start[a]!]! - at[start[b]!]!);
  let done = 0;
  for (const node of byStart) {
    while (done < commits.length && at[commit[commits[done]!]!]! < at[start[node]!]!) done++;
    snapshots[place[node]!] = done;
  }
  return { commits, snapshots };
}
