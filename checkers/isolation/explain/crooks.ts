import { reads } from "../cycles/verify.ts";
import type { Edge } from "../decision.ts";
import type { Level, LevelName } from "../levels.ts";
import { nameOf } from "../names.ts";
import { Initial } from "../reading.ts";
import type { EdgeSentences } from "./edge-sentences.ts";

/** The commit tests of the paper (Crooks, Pu, Alvisi and Clement 2017, Table 1). */
const commitTests: Readonly<Partial<Record<LevelName, string>>> = {
  "read-uncommitted": "true, but for the order of versions",
  "read-committed": "PREREAD",
  "read-atomic": "PREREAD, and no key that the writer of a read state wrote is read from before that state",
  "parallel-snapshot-isolation": "CAUS-VIS over the closure of PREC",
  "snapshot-isolation": "there is a state s with COMPLETE(s) and NO-CONF(s)",
  "ansi-snapshot-isolation":
    "C-ORD, and there is a state s with COMPLETE(s) and NO-CONF(s) from before the start",
  serializable: "COMPLETE of the parent state",
};

/** The levels that it defines. */
export const crooksLevels: ReadonlySet<string> = new Set(Object.keys(commitTests));

/** Levels at which a transaction reads one state, its parent. */
const serial: ReadonlySet<LevelName> = new Set([
  "serializable",
  "view-serializable",
  "repeatable-read",
] as const);
/** Levels at which the writers of one key may not be concurrent. */
const noConflict: ReadonlySet<LevelName> = new Set([
  "snapshot-isolation",
  "ansi-snapshot-isolation",
] as const);

/**
 * A cycle as states and commit tests: what each edge says of the states that a transaction can have read, and that no execution
 * satisfies all of it. s(T) is the state that T makes.
 */
export function crooksCycle(cycle: readonly Edge[], level: Level, sentences: EdgeSentences): string[] {
  const test = commitTests[level.name];
  return [
    test === undefined
      ? `The paper has no commit test for ${nameOf(level)}; in its words:`
      : `${nameOf(level)} holds if in some execution every transaction passes the commit test: ${test}.`,
    ...cycle.map((edge) => `${stateSentence(edge, level, sentences)}.`),
    conclusion(cycle, level, sentences),
  ];
}

function stateSentence(edge: Edge, level: Level, sentences: EdgeSentences): string {
  const a = sentences.name(edge.from);
  const b = sentences.name(edge.to);
  const key = edge.key < 0 ? "" : sentences.texts.keyText(edge.key);
  switch (edge.kind) {
    case "wr":
    case "wrp": {
      const read = reads(sentences.reading, edge.to, edge.key).find(({ writer }) => writer === edge.from);
      const what =
        read === undefined ? `read of ${key}` : `r(${key}, ${sentences.texts.valueText(read.operation)})`;
      return `${b}: the read states of ${what} start at s(${a}), for ${a} wrote it; if ${a} came after ${b}, there were none and PREREAD failed`;
    }
    case "rw":
    case "rwp": {
      const read = reads(sentences.reading, edge.from, edge.key).find(({ writer }) => writer !== edge.to);
      const what =
        read === undefined ? `read of ${key}` : `r(${key}, ${sentences.texts.valueText(read.operation)})`;
      const start =
        read === undefined || read.writer < 0
          ? ""
          : ` They start at ${read.writer === Initial ? "the initial state" : `s(${sentences.name(read.writer)})`}.`;
      const consequence = serial.has(level.name)
        ? `if ${b} came before ${a}, the parent state of ${a} was none of them, and COMPLETE failed`
        : `so ${a} read from a state before s(${b})`;
      return `${a}: the read states of ${what} end before s(${b}), which has another value of ${key}; ${consequence}.${start}`.replace(
        /\.$/,
        "",
      );
    }
    case "ww":
    case "wwp":
      return noConflict.has(level.name)
        ? `${b}: NO-CONF lets nobody write ${key} between the state that ${b} reads and its parent, and ${a} wrote it earlier, so ${b} reads from s(${a}) or later`
        : `s(${a}) is before s(${b}): ${sentences.prove(edge).sentence}`;
    case "so":
      return `s(${a}) is at or before the state that ${b} reads: ${sentences.prove(edge).sentence}`;
    case "rt":
      return `s(${a}) is at or before the state that ${b} reads, for ${a} <s ${b}: ${sentences.prove(edge).sentence}`;
  }
}

function conclusion(cycle: readonly Edge[], level: Level, sentences: EdgeSentences): string {
  const anti = cycle.filter(({ kind }) => kind === "rw" || kind === "rwp");
  const [only] = anti;
  const names = [...new Set(cycle.map(({ from }) => sentences.name(from)))].toSorted().join(", ");
  if (only !== undefined && anti.length === 1) {
    const reader = sentences.name(only.from);
    return `So what ${reader} read has no state in common: one must be before s(${sentences.name(only.to)}), another at or after it. In every execution the commit test of ${reader} fails.`;
  }
  if (serial.has(level.name) || anti.length > 1)
    return `Whatever the execution, it has at least one of these edges the wrong way round, and there the commit test fails for one of ${names}.`;
  return `The states of ${names} would each have to be before the next, and the last before the first: there is no such execution.`;
}
