import type { Level, LevelName } from "../../levels.ts";

/**
 * What comes before the reader of a version, of one who wrote the key later, although it must not: nothing that is not an edge of
 * the graph (`none`); a read, earlier in the same transaction (`earlier-read`); one step of O ∪ WR (`seen-step`) or of D (`step`); O
 * alone (`order`); any path of O ∪ WR (`seen-path`) or of the graph (`path`).
 */
export type Precedence = "none" | "earlier-read" | "seen-step" | "step" | "order" | "seen-path" | "path";

/**
 * A level as a graph that must be acyclic, and a precedence that must not lead from whoever overwrote a version to one who read it.
 * That these say what `docs/isolation.md` says is argued there and in `polygraph.ts`.
 */
export interface Rules {
  /** Nodes of a transaction: one, its snapshot and its commit, or its operations in a row. */
  readonly layout: "one" | "two" | "operations";
  /** Whose anti-dependencies are edges of the graph: everybody's, only those of transactions that write, or nobody's. */
  readonly antiDependencies: "all" | "updates" | "none";
  /** Whether nobody may write a key between the version that a transaction read and the one that it wrote. */
  readonly chains: boolean;
  /** Whether a writer's snapshot is after the version before its own, or only its commit. */
  readonly conflicts: boolean;
  readonly precedence: Precedence;
  /** Whether orders of versions that were told count. */
  readonly heedsVersions: boolean;
  readonly sessions: boolean;
  /** Real time orders whole transactions, only commits, or nothing. */
  readonly realTime: "transactions" | "commits" | "none";
}

type Shape = Pick<Rules, "layout" | "antiDependencies" | "chains" | "conflicts" | "precedence">;

const dependencies: Shape = {
  layout: "one",
  antiDependencies: "none",
  chains: false,
  conflicts: false,
  precedence: "none",
};
const total: Shape = { ...dependencies, antiDependencies: "all", chains: true };
const snapshots: Shape = { ...total, layout: "two", conflicts: true };
const consistentView: Shape = { ...dependencies, chains: true, precedence: "path" };
const monotonicView: Shape = { ...dependencies, layout: "operations", precedence: "path" };
const earlierRead: Shape = { ...dependencies, precedence: "earlier-read" };

const shapes: Readonly<Record<LevelName, Shape | undefined>> = {
  "read-uncommitted": undefined,
  "read-committed": dependencies,
  "cursor-stability": { ...dependencies, chains: true, precedence: "order" },
  "monotonic-atomic-view": earlierRead,
  "read-committed-biswas-enea": earlierRead,
  "monotonic-view": monotonicView,
  "monotonic-snapshot-read": monotonicView,
  "read-atomic": { ...dependencies, precedence: "seen-step" },
  "update-atomic": { ...dependencies, chains: true, precedence: "step" },
  "causal-consistency": { ...dependencies, precedence: "seen-path" },
  "consistent-view": consistentView,
  "forward-consistent-view": consistentView,
  "parallel-snapshot-isolation": consistentView,
  "prefix-consistency": { ...total, layout: "two", chains: false },
  "ansi-snapshot-isolation": snapshots,
  "snapshot-isolation": snapshots,
  "update-serializable": { ...total, antiDependencies: "updates", precedence: "path" },
  "repeatable-read": total,
  "view-serializable": total,
  serializable: total,
};

/**
 * Rules that are stricter than those of a level and easier to follow, since they are a graph alone: an account by them is one of the level.
 * For monotonic view, that every operation took place at one moment, as in a store that locks what it writes and reads what is
 * committed; for update serializability, serializability; for what snapshot isolation implies, that.
 */
export function stricterRulesOf(rules: Rules): Rules | undefined {
  if (rules.layout === "operations") return { ...rules, antiDependencies: "all", precedence: "none" };
  if (rules.precedence === "none") return undefined;
  return { ...rules, ...(rules.antiDependencies === "updates" ? total : snapshots) };
}

/** The rules of a level in its strength; `undefined` for read uncommitted, which asks nothing of reads. */
export function rulesOf({ name, strength }: Level): Rules | undefined {
  const shape = shapes[name];
  if (shape === undefined) return undefined;
  const ansi = name === "ansi-snapshot-isolation" && strength !== "strong";
  return {
    ...shape,
    heedsVersions: name !== "view-serializable",
    sessions: strength !== "plain",
    realTime: ansi ? "commits" : strength === "strong" ? "transactions" : "none",
  };
}
