import type { ChalkInstance } from "chalk";
import { inWords, isJsonArray, type Json } from "../histories/json.ts";
import type { Anomaly, Verdict } from "../checkers/verdict.ts";
import {
  proofSentence,
  readIsolationAnomaly,
  readIsolationLevels,
  type CycleEdge,
  type IsolationAnomaly,
  type MicroOperation,
  type TransactionCard,
} from "./isolation-evidence.ts";
import { cut, printable } from "./text.ts";

/** Levels and operations that a line names. */
const NamedMax = 6;
/** Elements of a list that are shown, the last ones. */
const ElementsMax = 8;
/** Transactions whose operations are told. */
const CardsMax = 8;

/** The summary of the lattice, two lines: the strongest levels that hold and the weakest that are broken. */
export function latticeLines(verdict: Verdict): readonly (readonly [label: string, names: string])[] {
  const found = readIsolationLevels(verdict.details);
  if (found === undefined) return [];
  const open = found.levels.filter(([, valid]) => valid === "unknown").map(([name]) => name);
  // What was not asked was not looked at.
  const held = askedLevels(verdict) === "" ? "strongest held" : "strongest held of these";
  return [
    ...(found.strongest.length === 0 || isForWantOfEvidence(verdict)
      ? []
      : [[held, named(found.strongest)] as const]),
    ...(found.weakestViolated.length === 0
      ? []
      : [["weakest broken", named(found.weakestViolated)] as const]),
    ...(open.length === 0 ? [] : [["undecided", named(open)] as const]),
  ];
}

/** Whether levels hold only since nothing could have broken them: the reason says so. */
function isForWantOfEvidence({ valid, reason }: Verdict): boolean {
  return valid === "unknown" && reason?.startsWith("no evidence") === true;
}

/** The levels that were asked for, for the heading; "" where all were. */
export function askedLevels(verdict: Verdict): string {
  const asked = readIsolationLevels(verdict.details)?.asked ?? [];
  return asked.length === 1 && asked[0]?.[0] === "all"
    ? ""
    : asked.map(([name]) => printable(name)).join(", ");
}

function named(names: readonly string[]): string {
  const more = names.length - NamedMax;
  return names.slice(0, NamedMax).map(printable).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** What an anomaly of isolation is: its names and levels, what happened, the edges one by one, the transactions. */
export function isolationLines(
  anomaly: Anomaly,
  chalk: ChalkInstance,
  wrap: (text: string) => string[],
): string[] | undefined {
  const found = readIsolationAnomaly(anomaly.evidence);
  if (found === undefined) return undefined;
  const names = [anomaly.type, ...found.alsoKnownAs.filter((other) => !/^G[-\d]/.test(other))];
  const proof = proofSentence(found);
  const breaks = found.levels.length === 0 ? "" : `Breaks ${named(found.levels)}.`;
  const name = (operation: number): string =>
    found.transactions.find((card) => card.operation === operation)?.name ?? `operation ${operation}`;
  return [
    `  ${chalk.bold(names.slice(0, 3).map(printable).join(", "))}`,
    ...wrap(printable(cut(found.heading ?? anomaly.explanation, 1000))),
    ...(breaks === "" ? [] : wrap(breaks).map((line) => chalk.dim(line))),
    ...(proof === "" || (found.verified === true && !found.byOrders)
      ? []
      : wrap(printable(cut(proof, 300))).map((line) => chalk.dim(line))),
    ...found.cycle.flatMap((edge) => edgeLines(edge, name, chalk, wrap)),
    ...(found.transactions.length === 0 ? [] : [""]),
    ...found.transactions.slice(0, CardsMax).flatMap((card) => cardLines(card, found, chalk, wrap)),
    ...(found.transactions.length > CardsMax
      ? [chalk.dim(`    and ${found.transactions.length - CardsMax} more transactions`)]
      : []),
    ...(found.formalism === undefined
      ? []
      : ["", ...found.formalism.sentences.flatMap((sentence) => wrap(printable(cut(sentence, 1000))))]),
  ];
}

const paints = { ww: "yellow", wr: "magenta", rw: "blue", so: "cyan", rt: "cyan" } as const;

function edgeLines(
  edge: CycleEdge,
  name: (operation: number) => string,
  chalk: ChalkInstance,
  wrap: (text: string) => string[],
): string[] {
  const kind = printable(cut(edge.kind, 10));
  const paint = edge.kind.slice(0, 2);
  const coloured = paint in paints ? chalk[paints[paint as keyof typeof paints]](kind) : kind;
  const arrow = `    ${name(edge.from)} ${chalk.dim("─")}${coloured}${chalk.dim("→")} ${name(edge.to)}`;
  const [line = "", ...rest] = wrap(printable(cut(edge.because, 600)));
  return [`${arrow}  ${line.trimStart()}`, ...rest.map((more) => `      ${more.trimStart()}`)];
}

function cardLines(
  card: TransactionCard,
  { transactions }: IsolationAnomaly,
  chalk: ChalkInstance,
  wrap: (text: string) => string[],
): string[] {
  const longest = Math.max(...transactions.map(({ name }) => name.length));
  const told = card.operations.map((operation) => {
    const text = microText(operation);
    return operation.relevant ? text : chalk.dim(text);
  });
  const head = `${card.name.padEnd(longest)} = operation ${card.operation}, process ${printable(inWords(card.process))}:`;
  const [line = "", ...rest] = wrap(`${head} ${told.join(", ")}`);
  return [`  ${line}`, ...rest.map((more) => `    ${more}`)];
}

/** `append x 3`, `r x [1 2]`; of a list the last elements. */
export function microText({ f, key, value }: MicroOperation, elements = ElementsMax): string {
  return `${printable(cut(f, 20))} ${printable(cut(inWords(key), 40))} ${listText(value, elements)}`;
}

/** A value; a list by its last elements. */
export function listText(value: Json, elements = ElementsMax): string {
  if (!isJsonArray(value)) return printable(cut(inWords(value), 60));
  const shown = value.slice(-elements).map((item) => printable(cut(inWords(item), 40)));
  return `[${value.length > elements ? "… " : ""}${shown.join(" ")}]`;
}
