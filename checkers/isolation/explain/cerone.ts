import { isAntiDependency, isOrder } from "../cycles/forbids.ts";
import type { Edge } from "../decision.ts";
import type { Level, LevelName } from "../levels.ts";
import { nameOf } from "../names.ts";
import type { EdgeSentences } from "./edge-sentences.ts";

/** The axioms of each level (Cerone, Bernardi and Gotsman 2015), apart from VIS ⊆ AR. */
const axioms: Readonly<Partial<Record<LevelName, readonly string[]>>> = {
  "read-atomic": ["INT", "EXT"],
  "update-atomic": ["INT", "EXT", "NOCONFLICT"],
  "causal-consistency": ["INT", "EXT", "TRANSVIS"],
  "parallel-snapshot-isolation": ["INT", "EXT", "TRANSVIS", "NOCONFLICT"],
  "prefix-consistency": ["INT", "EXT", "PREFIX"],
  "snapshot-isolation": ["INT", "EXT", "PREFIX", "NOCONFLICT"],
  serializable: ["INT", "EXT", "TOTALVIS"],
};

/** The levels that it defines. */
export const ceroneLevels: ReadonlySet<string> = new Set(Object.keys(axioms));

/** A cycle as visibility (VIS) and arbitration (AR): what each edge demands of them, and which axioms clash. */
export function ceroneCycle(cycle: readonly Edge[], level: Level, sentences: EdgeSentences): string[] {
  const own = axioms[level.name];
  const name = (node: number): string => sentences.name(node);
  const all = [...(own ?? []), ...(level.strength === "plain" ? [] : ["SESSION"])];
  const clashing = new Set(["EXT"]);
  const visible = (kind: Edge["kind"]): boolean =>
    kind === "wr" || kind === "wrp" || isOrder(kind) || (all.includes("NOCONFLICT") && kind.startsWith("ww"));
  const told = cycle.map((edge) => {
    const [a, b] = [name(edge.from), name(edge.to)];
    const key = edge.key < 0 ? "" : sentences.texts.keyText(edge.key);
    const why = sentences.prove(edge).sentence;
    switch (edge.kind) {
      case "wr":
      case "wrp":
        return `EXT: ${a} VIS ${b}, since ${why}.`;
      case "ww":
      case "wwp":
        if (!all.includes("NOCONFLICT"))
          return `EXT: ${a} AR ${b} among the writers of ${key}, since ${why}.`;
        clashing.add("NOCONFLICT");
        return `NOCONFLICT: ${a} and ${b} both wrote ${key}, so one sees the other; ${a} VIS ${b}, since ${why}.`;
      case "rw":
      case "rwp":
        return `EXT: not ${b} VIS ${a}, else ${a} would have read what ${b} or a later one wrote to ${key}; but ${why}.`;
      case "so":
        clashing.add("SESSION");
        return `SESSION: ${a} VIS ${b}, since ${why}.`;
      case "rt":
        clashing.add("real time");
        return `Real time: ${a} VIS ${b}, since ${why}.`;
    }
  });
  const anti = cycle.filter(({ kind }) => isAntiDependency(kind));
  const head =
    own === undefined
      ? `${nameOf(level)} has no axioms in this formalism; in its words:`
      : `${nameOf(level)} asks for VIS ⊆ AR and ${all.join(", ")}.`;
  if (anti.length === 0)
    return [head, ...told, `As VIS ⊆ AR, AR would go round in a circle, and it is an order.`];
  const by = all.includes("TOTALVIS")
    ? "TOTALVIS"
    : all.includes("PREFIX")
      ? "PREFIX"
      : all.includes("TRANSVIS")
        ? "TRANSVIS"
        : undefined;
  if (by === "TOTALVIS")
    return [
      head,
      ...told,
      `TOTALVIS: of two transactions one sees the other, so each "not U VIS T" means T VIS U. VIS = AR then goes round in a circle: EXT and TOTALVIS clash${others(clashing)}.`,
    ];
  const [first] = anti;
  const reader = name(first!.from);
  const writer = name(first!.to);
  if (anti.length === 1) {
    const direct = cycle.length === 2 && visible(cycle.find((edge) => edge !== first)!.kind);
    return [
      head,
      ...told,
      direct
        ? `Thus ${writer} VIS ${reader} and not ${writer} VIS ${reader}: EXT clashes with itself${others(clashing)}.`
        : `${by === undefined ? "By the path above" : `${by}:`} from ${writer} along the path above to ${reader}, so ${writer} VIS ${reader}, which EXT denies: EXT${by === undefined ? "" : ` and ${by}`} clash${others(clashing)}.`,
    ];
  }
  return [
    head,
    ...told,
    `AR is total, so each "not U VIS T" leaves either T AR U or U AR T; with ${by ?? "the others"} whatever came AR-before something seen is seen too, and each choice along the circle makes somebody see what it missed: EXT and ${by ?? "the path"} clash${others(clashing)}.`,
  ];
}

function others(clashing: ReadonlySet<string>): string {
  const rest = [...clashing].filter((name) => name !== "EXT");
  return rest.length === 0 ? "" : ` (with ${rest.join(" and ")})`;
}
