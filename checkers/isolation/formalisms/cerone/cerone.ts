import { levelText, type PlainHistory, type PlainTransaction, type PlainVerdicts } from "../plain.ts";
import { strengths, type LevelName, type Strength } from "../../levels.ts";
import { arbitrations, isWriterOf, satisfiesInt, type Arbitration } from "./abstract-executions.ts";

/** The axioms of each level besides INT and EXT, and SESSION (or its real-time form) in the stronger forms. */
export const axioms: ReadonlyMap<LevelName, readonly Axiom[]> = new Map([
  ["read-atomic", []],
  ["update-atomic", ["NOCONFLICT"]],
  ["causal-consistency", ["TRANSVIS"]],
  ["parallel-snapshot-isolation", ["TRANSVIS", "NOCONFLICT"]],
  ["prefix-consistency", ["PREFIX"]],
  ["snapshot-isolation", ["PREFIX", "NOCONFLICT"]],
  ["serializable", ["TOTALVIS"]],
]);

type Axiom = "TRANSVIS" | "NOCONFLICT" | "PREFIX" | "TOTALVIS";

/**
 * Isolation by axioms over visibility and arbitration (Cerone, Bernardi and Gotsman 2015), to the letter: tries every
 * arbitration AR, and every explanation of the external reads by writers that must be visible. For these there is a
 * least visibility: each axiom but EXT only ever adds pairs, given AR (NOCONFLICT's go along AR, as VIS is within AR), and
 * EXT asks that nothing be visible that comes after the writer in AR, so that what the least violates, all violate.
 */
export function judgeByCerone(history: PlainHistory): PlainVerdicts {
  const verdicts = new Map<string, boolean>();
  const open: { readonly text: string; readonly strength: Strength; readonly axioms: readonly Axiom[] }[] =
    [];
  for (const [name, required] of axioms)
    for (const strength of strengths) {
      const text = levelText({ name, strength });
      verdicts.set(text, false);
      open.push({ text, strength, axioms: required });
    }
  if (!satisfiesInt(history)) return verdicts;
  for (const arbitration of arbitrations(history)) {
    for (const level of open) {
      if (verdicts.get(level.text) === true) continue;
      if (isExplained(arbitration, level.axioms, level.strength, history.timed))
        verdicts.set(level.text, true);
    }
  }
  return verdicts;
}

function isExplained(
  arbitration: Arbitration,
  required: readonly Axiom[],
  strength: Strength,
  timed: boolean,
): boolean {
  const { order, reads } = arbitration;
  const size = order.length;
  // visible[a][b]: a VIS b.
  const visible: boolean[][] = order.map((a) => order.map((b) => session(a, b, strength, timed)));
  for (const { writer, reader } of reads) if (writer >= 0) visible[writer]![reader] = true;
  for (let a = 0; a < size; a++)
    for (let b = a + 1; b < size; b++) {
      if (required.includes("TOTALVIS")) visible[a]![b] = true;
      if (required.includes("NOCONFLICT") && conflict(order[a]!, order[b]!)) visible[a]![b] = true;
    }
  let grew = true;
  while (grew) {
    grew = false;
    for (let b = 0; b < size; b++)
      for (let c = 0; c < size; c++) {
        if (!visible[b]![c]) continue;
        for (let a = 0; a < size; a++) {
          if (visible[a]![c]) continue;
          const forced =
            (required.includes("TRANSVIS") && visible[a]![b]) || (required.includes("PREFIX") && a < b);
          if (forced) visible[a]![c] = grew = true;
        }
      }
  }
  const withinArbitration = visible.every((row, a) => row.every((seen, b) => !seen || a < b));
  const external = reads.every(({ reader, key, writer }) =>
    order.every((other, a) => a <= writer || !visible[a]![reader] || !isWriterOf(other, key)),
  );
  return withinArbitration && external;
}

function session(a: PlainTransaction, b: PlainTransaction, strength: Strength, timed: boolean): boolean {
  if (strength === "plain" || a === b) return false;
  if (a.session === b.session && a.begin < b.begin) return true;
  return strength === "strong" && timed && a.end < b.begin;
}

function conflict(a: PlainTransaction, b: PlainTransaction): boolean {
  return a.operations.some(({ kind, key }) => (kind === "write" || kind === "append") && isWriterOf(b, key));
}
