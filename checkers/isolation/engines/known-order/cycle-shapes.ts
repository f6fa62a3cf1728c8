import type { EdgeKind } from "../../decision.ts";
import type { LevelName } from "../../levels.ts";

/** The kinds of edges that a search follows, in the order in which they are tried. */
export const searchedKinds = ["ww", "wr", "rw", "so", "rt"] as const satisfies readonly EdgeKind[];
export type SearchedKind = (typeof searchedKinds)[number];

/** To which state an edge of each kind leads; none if a path may not go on with one. */
export type Step = Readonly<Partial<Record<SearchedKind, number>>>;

/**
 * A class of cycles, as the paths that an automaton of few states accepts. A cycle is read from one of its edges of data (`first`), on through
 * `steps` by the state reached, and it is of the class if it comes back in a state of `accept`.
 */
export interface CycleShape {
  readonly first: Step;
  readonly steps: readonly Step[];
  readonly accept: readonly number[];
  /** Whose anti-dependencies may be followed: by default everyone's. */
  readonly firstFrom?: "writers" | "readers";
  readonly laterFrom?: "writers";
  /** The path must arrive in the first node before the read with which it left. */
  readonly inOrder?: true;
}

const data = { ww: 0, wr: 0 } as const;
const orders = { so: 0, rt: 0 } as const;
const dependencies = { ...data, ...orders } as const;

/** Any cycle without anti-dependencies. */
const dependencyCycle: CycleShape = { first: data, steps: [dependencies], accept: [0] };
const oneAntiDependency: CycleShape = { first: { rw: 0 }, steps: [dependencies], accept: [0] };
const anyCycle: CycleShape = { first: { ...data, rw: 0 }, steps: [{ ...dependencies, rw: 0 }], accept: [0] };

/**
 * Snapshots and commits: in state 0 a path has arrived at the snapshot of a transaction, from which both its anti-dependencies and, through its commit,
 * all others leave; in state 1 at the commit only. `toCommit` are the kinds that arrive at commits.
 */
function snapshots(...toCommit: readonly SearchedKind[]): CycleShape[] {
  const side = (kind: SearchedKind): number => (kind === "rw" || toCommit.includes(kind) ? 1 : 0);
  const fromCommit: Step = { ww: side("ww"), wr: side("wr"), so: side("so"), rt: side("rt") };
  const steps = [{ ...fromCommit, rw: 1 }, fromCommit];
  return [
    { first: { rw: 1 }, steps, accept: [0] },
    // Any cycle that has an anti-dependency can be read from there.
    { first: { ww: side("ww"), wr: side("wr") }, steps: [fromCommit, fromCommit], accept: [0, 1] },
  ];
}

/** The cycles that a level forbids. That only what its strength heeds may be followed is not said here. */
export function shapesOf(name: LevelName, strong: boolean): readonly CycleShape[] {
  switch (name) {
    case "read-uncommitted":
      return [{ first: { ww: 0 }, steps: [{ ww: 0, ...orders }], accept: [0] }];
    // The cycles of these that have an anti-dependency have two edges, and are found without a search.
    case "read-committed":
    case "cursor-stability":
    case "monotonic-atomic-view":
    case "read-committed-biswas-enea":
    case "read-atomic":
      return [dependencyCycle];
    case "update-atomic":
      return [
        dependencyCycle,
        { first: { rw: 0 }, steps: [{ ww: 1, wr: 1, so: 1, rt: 1 }, {}], accept: [1] },
      ];
    case "causal-consistency":
      return [dependencyCycle, { first: { rw: 0 }, steps: [{ wr: 0, ...orders }], accept: [0] }];
    case "monotonic-view":
    case "monotonic-snapshot-read":
      return [dependencyCycle, { ...oneAntiDependency, inOrder: true }];
    case "consistent-view":
    case "forward-consistent-view":
    case "parallel-snapshot-isolation":
      return [dependencyCycle, oneAntiDependency];
    case "prefix-consistency":
      return snapshots("ww");
    case "snapshot-isolation":
      return snapshots();
    case "ansi-snapshot-isolation":
      return strong ? snapshots() : snapshots("rt");
    case "update-serializable": {
      const steps = [{ ...dependencies, rw: 0 }];
      return [
        { first: { ...data, rw: 0 }, steps, accept: [0], firstFrom: "writers", laterFrom: "writers" },
        { first: { rw: 0 }, steps, accept: [0], firstFrom: "readers", laterFrom: "writers" },
      ];
    }
    case "repeatable-read":
    case "view-serializable":
    case "serializable":
      return [anyCycle];
  }
}
