/** Quorums by size: any `size` of `nodes` nodes make one. */
export interface QuorumSizes {
  readonly nodes: number;
  /** How many nodes may fail. */
  readonly faults: number;
  /** Any two share a node: consensus among nodes that crash (Lamport 1998). Needs 2f + 1 nodes. */
  readonly majority: number;
  /** Fast quorums that go with majorities as classic ones: any two of them and a classic one share a node (Lamport 2006). */
  readonly fast: number;
  /** Fast and classic quorums of one size. */
  readonly fastAlike: number;
  /** Any two share more nodes than may lie, so that one of them does not. Needs 3f + 1 nodes (Lamport, Shostak & Pease 1982). */
  readonly byzantine: number;
  /** Any two share so many that those that do not lie outnumber those that do (Malkhi & Reiter 1998). Needs 4f + 1 nodes. */
  readonly masking: number;
  /** What is on so many nodes is on one that does not fail. */
  readonly storage: number;
}

/** The least number of nodes that bear `faults` failures: of crashes, of lies, of lies in what is stored without proof. */
export const nodesNeeded = {
  storage: (faults: number): number => faults + 1,
  crash: (faults: number): number => 2 * faults + 1,
  byzantine: (faults: number): number => 3 * faults + 1,
  masking: (faults: number): number => 4 * faults + 1,
} as const;

/** The greatest number of crashes that `nodes` nodes bear. */
export function mostCrashes(nodes: number): number {
  return Math.floor((nodes - 1) / 2);
}

/** The sizes of quorums of so many nodes of which `faults` may fail. */
export function quorumSizes(nodes: number, faults = mostCrashes(nodes)): QuorumSizes {
  if (!Number.isSafeInteger(nodes) || nodes < 1)
    throw new RangeError(`expected at least one node, found ${nodes}`);
  if (!Number.isSafeInteger(faults) || faults < 0 || faults >= nodes) {
    throw new RangeError(`expected 0 to ${nodes - 1} faults, found ${faults}`);
  }
  const majority = Math.floor(nodes / 2) + 1;
  return {
    nodes,
    faults,
    majority,
    fast: fastQuorum(nodes, majority),
    fastAlike: Math.floor((2 * nodes) / 3) + 1,
    byzantine: Math.floor((nodes + faults) / 2) + 1,
    masking: Math.floor((nodes + 2 * faults) / 2) + 1,
    storage: faults + 1,
  };
}

/** The least fast quorum that goes with classic ones of that size: `classic + 2 fast > 2 nodes`. */
export function fastQuorum(nodes: number, classic: number): number {
  return Math.max(classic, Math.floor((2 * nodes - classic) / 2) + 1);
}

/** The least second-phase quorum that meets every first-phase quorum of that size (Howard, Malkhi & Spiegelman 2016). */
export function flexibleQuorum(nodes: number, first: number): number {
  return nodes - first + 1;
}

/** The fast quorum of EPaxos for 2f + 1 replicas, the leader included; and of its first, simple form, where it is 2f. */
export function epaxosFastQuorum(faults: number): number {
  return faults + Math.floor((faults + 1) / 2);
}

/** The fast quorum of inconsistent replication (TAPIR) for 2f + 1 replicas. */
export function inconsistentReplicationFastQuorum(faults: number): number {
  return Math.ceil((3 * faults) / 2) + 1;
}

/** All quorums of a size, as sets of nodes by their bits. For up to about 20 nodes. */
export function quorumsOf(nodes: number, size: number): number[] {
  const quorums: number[] = [];
  for (let set = 0; set < 1 << nodes; set++) if (count(set) === size) quorums.push(set);
  return quorums;
}

/** How many nodes are in a set. */
export function count(set: number): number {
  let nodes = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) nodes++;
  return nodes;
}

/** The fewest nodes that a quorum of each of several families shares, found by trying all. */
export function leastIntersection(...families: readonly (readonly number[])[]): number {
  let meets: Iterable<number> = [-1];
  for (const family of families) {
    const next = new Set<number>();
    for (const met of meets) for (const quorum of family) next.add(met & quorum);
    meets = next;
  }
  let least = Infinity;
  for (const met of meets) least = Math.min(least, count(met));
  return least;
}
