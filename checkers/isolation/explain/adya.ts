import { isAntiDependency, isOrder } from "../cycles/forbids.ts";
import type { Edge, EdgeKind } from "../decision.ts";
import type { Level, LevelName } from "../levels.ts";
import { nameOf } from "../names.ts";
import type { EdgeSentences } from "./edge-sentences.ts";

/** What each of Adya's levels proscribes; the others are told by the shape of the cycle. */
const proscribed: Readonly<Partial<Record<LevelName, string>>> = {
  "read-uncommitted": "G0, a cycle of write-dependencies",
  "read-committed": "G1c, a cycle of dependencies",
  "cursor-stability":
    "G-cursor, a cycle of write-dependencies and one anti-dependency that are all of one object",
  "monotonic-view":
    "G-monotonic, a cycle in the unfolded graph with exactly one anti-dependency, from a read that came after what the transaction depends on",
  "monotonic-snapshot-read": "G-MSR, the same where transactions have snapshots",
  "consistent-view": "G-single, a cycle with exactly one anti-dependency",
  "forward-consistent-view": "G-SIb, a cycle of the start-ordered graph with exactly one anti-dependency",
  "snapshot-isolation":
    "G-SI: by G-SIb no transaction may miss what was committed before its start, so of any two anti-dependencies next to each other in a cycle there must be one pair",
  "update-serializable":
    "G-update, a cycle with anti-dependencies among transactions that write and at most one that does not",
  "repeatable-read": "G2-item, a cycle with an anti-dependency on an item",
  serializable: "G2, a cycle with an anti-dependency",
};

/** The levels that it defines. */
export const adyaLevels: ReadonlySet<string> = new Set(Object.keys(proscribed));

const edgeNames: Readonly<Record<EdgeKind, string>> = {
  ww: "directly write-depends",
  wwp: "directly write-depends",
  wr: "directly item-read-depends",
  wrp: "directly predicate-read-depends",
  rw: "directly item-anti-depends",
  rwp: "directly predicate-anti-depends",
  so: "follows in its session",
  rt: "follows in real time",
};

/** The direct serialization graph of a cycle, and the phenomenon that it is. */
export function adyaCycle(cycle: readonly Edge[], level: Level, sentences: EdgeSentences): string[] {
  const { texts } = sentences;
  const name = (node: number): string => sentences.name(node);
  const path = cycle
    .map(
      ({ from, kind, key }) => `${name(from)} --${kind}${isOrder(kind) ? "" : `(${texts.keyText(key)})`}-->`,
    )
    .join(" ");
  const anti = cycle.filter(({ kind }) => isAntiDependency(kind)).length;
  const phenomenon = proscribed[level.name];
  const shape =
    anti === 0
      ? "no anti-dependency"
      : anti === 1
        ? "exactly one anti-dependency"
        : `${anti} anti-dependencies`;
  return [
    `The direct serialization graph has the cycle ${path} ${name(cycle[0]!.from)}, with ${shape}.`,
    ...cycle.map(
      (edge) =>
        `${name(edge.to)} ${edgeNames[edge.kind]} on ${name(edge.from)}: ${sentences.prove(edge).sentence}.`,
    ),
    phenomenon === undefined
      ? `Adya has no name for ${nameOf(level)}; it forbids this cycle.`
      : `${nameOf(level)} proscribes ${phenomenon}.`,
  ];
}
