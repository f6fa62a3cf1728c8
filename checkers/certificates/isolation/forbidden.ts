import type { EdgeKind } from "../../isolation/decision.ts";
import type { Level } from "../../isolation/levels.ts";
import type { NumberedEdge } from "./claimed-edges.ts";

/** What of a level's rule depends on more than the kinds of the edges. */
export interface Details {
  /** Whether a transaction writes anything. */
  isUpdate(transaction: number): boolean;
  /** Whether a transaction wrote a key. */
  writes(transaction: number, key: number): boolean;
  /** Whether the reader of `anti` read what that says at an operation after the one at which `into` arrives. */
  readsAfter(into: NumberedEdge, anti: NumberedEdge): boolean;
}

/**
 * Whether a level forbids a cycle of these edges, by its rule in `docs/isolation.md`. That they join up and are there is not
 * asked here.
 */
export function isForbidden(
  { name, strength }: Level,
  edges: readonly NumberedEdge[],
  details: Details,
): boolean {
  if (name === "repeatable-read" && edges.some(({ kind }) => kind === "rwp")) return false;
  // All other rules count reads by predicate as any others.
  const cycle = edges.map((edge) => ({ ...edge, kind: ofItem(edge.kind) }));
  const ansi = name === "ansi-snapshot-isolation";
  const isHeeded = (kind: EdgeKind): boolean =>
    kind === "so" ? strength !== "plain" : kind === "rt" ? strength === "strong" || ansi : true;
  if (!cycle.every(({ kind }) => isHeeded(kind))) return false;
  const at = cycle.findIndex(({ kind }) => kind === "rw");
  const only = (...kinds: readonly EdgeKind[]): boolean => cycle.every(({ kind }) => kinds.includes(kind));
  if (name === "read-uncommitted") return only("ww", "so", "rt");
  if (name === "prefix-consistency" || name === "snapshot-isolation" || ansi)
    return closesInSnapshots(name, cycle, strength === "strong");
  if (at < 0) return true;
  if (name === "repeatable-read" || name === "view-serializable" || name === "serializable") return true;
  if (name === "update-serializable") {
    const readers = cycle.flatMap(({ kind, from }) =>
      kind === "rw" && !details.isUpdate(from) ? [from] : [],
    );
    return new Set(readers).size <= 1;
  }
  // All others forbid one anti-dependency after a path of certain edges.
  const anti = cycle[at]!;
  const path = [...cycle.slice(at + 1), ...cycle.slice(0, at)];
  const along = (accept: (edge: NumberedEdge) => boolean): boolean =>
    path.length > 0 && path.every((edge) => edge.kind !== "rw" && accept(edge));
  switch (name) {
    case "read-committed":
      return false;
    case "cursor-stability":
      return along(
        ({ kind, key, to }) =>
          kind === "so" ||
          kind === "rt" ||
          // Who read a version and wrote the key wrote after that version.
          (key === anti.key && (kind === "ww" || details.writes(to, key))),
      );
    case "monotonic-atomic-view":
    case "read-committed-biswas-enea":
      return path.length === 1 && along(({ kind }) => kind === "wr") && details.readsAfter(path[0]!, anti);
    case "monotonic-view":
    case "monotonic-snapshot-read":
      return along(() => true) && details.readsAfter(path.at(-1)!, anti);
    case "read-atomic":
      return path.length === 1 && along(({ kind }) => kind !== "ww");
    case "update-atomic":
      return path.length === 1 && along(() => true);
    case "causal-consistency":
      return along(({ kind }) => kind !== "ww");
    case "consistent-view":
    case "forward-consistent-view":
    case "parallel-snapshot-isolation":
      return along(() => true);
  }
}

function ofItem(kind: EdgeKind): EdgeKind {
  if (kind === "rwp") return "rw";
  return kind === "wrp" ? "wr" : kind;
}

/**
 * Whether the edges form a cycle over snapshots and commits: each edge leads from one of the two of its first transaction to one of the two of its
 * second, and within a transaction the snapshot comes first.
 */
function closesInSnapshots(
  name: "prefix-consistency" | "snapshot-isolation" | "ansi-snapshot-isolation",
  cycle: readonly NumberedEdge[],
  strong: boolean,
): boolean {
  const endsAtCommit = (kind: EdgeKind): boolean =>
    kind === "rw" || (kind === "ww" && name === "prefix-consistency") || (kind === "rt" && !strong);
  return cycle.every(({ kind }, i) => {
    const before = cycle[(i + cycle.length - 1) % cycle.length]!.kind;
    // Whoever arrived at the commit cannot leave from the snapshot.
    return kind !== "rw" || !endsAtCommit(before);
  });
}
