import type { Finding } from "./finding.ts";
import type { FindingName } from "./anomalies.ts";
import { levelNames, strengths, type Level, type LevelName, type Strength } from "./levels.ts";

/**
 * What each level implies directly, in the same strength: whatever is of the one is of the other.
 * All else follows, see `implies`. Each follows from the rules of `docs/isolation.md`; so do the pairs that imply each other.
 */
export const implications: Readonly<Record<LevelName, readonly LevelName[]>> = {
  "read-uncommitted": [],
  "read-committed": ["read-uncommitted"],
  "cursor-stability": ["read-committed"],
  "monotonic-atomic-view": ["read-committed"],
  "read-committed-biswas-enea": ["monotonic-atomic-view"],
  "monotonic-view": ["monotonic-atomic-view", "monotonic-snapshot-read"],
  "monotonic-snapshot-read": ["monotonic-view"],
  "read-atomic": ["read-committed-biswas-enea"],
  "update-atomic": ["read-atomic", "cursor-stability"],
  "causal-consistency": ["read-atomic"],
  "consistent-view": ["monotonic-view", "cursor-stability", "forward-consistent-view"],
  "forward-consistent-view": ["consistent-view"],
  "parallel-snapshot-isolation": ["causal-consistency", "update-atomic", "consistent-view"],
  "prefix-consistency": ["causal-consistency"],
  "ansi-snapshot-isolation": ["snapshot-isolation"],
  "snapshot-isolation": ["parallel-snapshot-isolation", "prefix-consistency"],
  "update-serializable": ["consistent-view"],
  "repeatable-read": ["read-committed"],
  "view-serializable": [],
  serializable: ["snapshot-isolation", "update-serializable", "repeatable-read", "view-serializable"],
};

/** In which strength a level must hold besides so that it holds in this one: `strong` heeds all that the others do. */
export const weakerStrength: Readonly<Record<Strength, Strength | undefined>> = {
  plain: undefined,
  "strong-session": "plain",
  strong: "strong-session",
};

/** The weakest levels that each finding breaks, all of them in their plain strength. */
const brokenByFinding: Readonly<Record<FindingName, readonly LevelName[]>> = {
  "duplicate-elements": ["read-uncommitted", "view-serializable"],
  "cyclic-versions": ["read-uncommitted"],
  "never-written": ["read-committed", "view-serializable"],
  G1a: ["read-committed", "view-serializable"],
  G1b: ["read-committed", "view-serializable"],
  "future-read": ["read-committed", "view-serializable"],
  "dirty-update": ["read-committed", "view-serializable"],
  "incompatible-order": ["read-committed", "view-serializable"],
  internal: ["read-atomic", "view-serializable"],
  "lost-update": ["update-atomic", "cursor-stability", "repeatable-read", "view-serializable"],
  "predicate-read-miss": ["serializable", "view-serializable"],
};

/** Every level in every strength, weakest names first; their places here are their numbers. */
export const levels: readonly Level[] = levelNames.flatMap((name) =>
  strengths.map((strength) => ({ name, strength })),
);

/** Place of a level in `levels`. */
export function levelNumber({ name, strength }: Level): number {
  return levelNames.indexOf(name) * strengths.length + strengths.indexOf(strength);
}

/** The levels that follow directly from one. */
export function directlyImplied({ name, strength }: Level): readonly Level[] {
  const weaker = weakerStrength[strength];
  return [
    ...implications[name].map((implied) => ({ name: implied, strength })),
    ...(weaker === undefined ? [] : [{ name, strength: weaker }]),
    // With all of real time heeded, snapshots can be no older than under snapshot isolation.
    ...(strength === "strong" && name === "snapshot-isolation"
      ? [{ name: "ansi-snapshot-isolation" as const, strength }]
      : []),
    // Its commits are in real time anyhow: what asks for no more than that holds in the strong form.
    ...(strength === "strong-session" && name === "ansi-snapshot-isolation"
      ? [{ name: "read-committed-biswas-enea" as const, strength: "strong" as const }]
      : []),
  ];
}

/** `closure[a * levels.length + b]`: every history of level a is of level b. */
const closure = closureOf();

function closureOf(): Uint8Array {
  const size = levels.length;
  const reached = new Uint8Array(size * size);
  levels.forEach((level, from) => {
    const open = [level];
    for (const next of open) {
      const to = levelNumber(next);
      if (reached[from * size + to] === 1) continue;
      reached[from * size + to] = 1;
      open.push(...directlyImplied(next));
    }
  });
  return reached;
}

/** Whether every history of level `a` is of level `b` too. Every level implies itself. */
export function implies(a: Level, b: Level): boolean {
  return closure[levelNumber(a) * levels.length + levelNumber(b)] === 1;
}

/** Whether two levels are the same set of histories. */
export function equivalent(a: Level, b: Level): boolean {
  return implies(a, b) && implies(b, a);
}

/** What `internal` breaks besides where a transaction missed its own write: another version on reading again is no offence there. */
const brokenByOwnWrite: readonly LevelName[] = ["read-committed-biswas-enea", ...brokenByFinding.internal];

/** The weakest levels that a finding breaks; all that imply one of them are broken as well. */
export function weakestBrokenBy({
  type,
  ofOwnWrite,
}: Pick<Finding, "type" | "ofOwnWrite">): readonly Level[] {
  if (!isFindingName(type)) return [];
  const names = type === "internal" && ofOwnWrite === true ? brokenByOwnWrite : brokenByFinding[type];
  return names.map((name) => ({ name, strength: "plain" as const }));
}

/** Whether a finding by itself rules a level out. */
export function isBrokenBy(level: Level, finding: Pick<Finding, "type" | "ofOwnWrite">): boolean {
  return weakestBrokenBy(finding).some((broken) => implies(level, broken));
}

function isFindingName(type: string): type is FindingName {
  return Object.hasOwn(brokenByFinding, type);
}

/** Those of some levels that no other of them implies, but what is equivalent to them. */
export function strongest(some: readonly Level[]): Level[] {
  return some.filter((level) => !some.some((other) => implies(other, level) && !implies(level, other)));
}

/** Those of some levels that imply no other of them, but what is equivalent to them. */
export function weakest(some: readonly Level[]): Level[] {
  return some.filter((level) => !some.some((other) => implies(level, other) && !implies(other, level)));
}

/** Levels that in some strength are the same as a better known one. */
const lessKnown: readonly LevelName[] = [
  "monotonic-snapshot-read",
  "forward-consistent-view",
  "ansi-snapshot-isolation",
];

/** Of levels that are the same set of histories, the best known. */
export function withoutEquals(some: readonly Level[]): Level[] {
  const better = (a: Level, b: Level): boolean =>
    equivalent(a, b) && lessKnown.includes(b.name) && !lessKnown.includes(a.name);
  return some.filter((level) => !some.some((other) => better(other, level)));
}
