/**
 * The isolation levels, weakest first as far as they compare. Each comes in three strengths: plain, which heeds no order
 * but the data's; `strong-session-`, which heeds the order of each session; and `strong-`, which heeds real time.
 * `docs/isolation.md` defines each; the lattice is in `lattice.ts`.
 */
export const levelNames = [
  "read-uncommitted",
  "read-committed",
  "cursor-stability",
  "monotonic-atomic-view",
  "read-committed-biswas-enea",
  "monotonic-view",
  "monotonic-snapshot-read",
  "read-atomic",
  "update-atomic",
  "causal-consistency",
  "consistent-view",
  "forward-consistent-view",
  "parallel-snapshot-isolation",
  "prefix-consistency",
  "ansi-snapshot-isolation",
  "snapshot-isolation",
  "update-serializable",
  "repeatable-read",
  "view-serializable",
  "serializable",
] as const;
export type LevelName = (typeof levelNames)[number];

export const strengths = ["plain", "strong-session", "strong"] as const;
export type Strength = (typeof strengths)[number];

/** A level with its strength: the strong serializable one is strict serializability. */
export interface Level {
  readonly name: LevelName;
  readonly strength: Strength;
}
