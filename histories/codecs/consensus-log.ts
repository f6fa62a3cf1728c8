import { InputError, type Place } from "../errors.ts";
import type { Json, JsonObject } from "../json.ts";
import { foundIn, largeInteger, linesOf, objectOn, placeOf, textOf, word } from "./trace/text.ts";

/** One line of a log of consensus: what a node had in a slot, or that it led. */
export type ConsensusLogLine = {
  /** 1-based. */
  readonly line: number;
  readonly node: string;
  /** As the log has it, in whatever unit. */
  readonly time?: number;
} & (
  | {
      readonly kind: "entry";
      readonly slot: number;
      /** In which ballot (term, epoch, view) the entry was made or voted for. */
      readonly ballot: number;
      /** Tells values apart: equal digests, equal values. */
      readonly digest: string;
      /** Whether the node knows the entry to be committed (chosen, decided). */
      readonly committed: boolean;
    }
  /** From here on the node leads in this ballot; null: it leads no more. */
  | { readonly kind: "leads"; readonly ballot: number | null }
);

export interface ConsensusLog {
  readonly file: string | undefined;
  readonly lines: readonly ConsensusLogLine[];
}

const expectedLine =
  'a line {"node": …, "slot": …, "ballot": …, "digest": …, "committed": true | false} or {"node": …, "leads": ballot | null}';

/**
 * Reads a log of consensus, one JSON object a line, in the order in which each node wrote its lines: `{node, slot, ballot,
 * digest, committed}` says what a node has in a slot, `{node, leads}` that it leads in a ballot (null: no more); `time` may be
 * added. Throws an `InputError` that names the line of what is wrong.
 */
export async function readConsensusLog(path: string): Promise<ConsensusLog> {
  return readConsensusLogFrom(await textOf(path), path === "-" ? "standard input" : path);
}

/** The logs that nodes wrote for themselves, as one; lines are numbered by file. */
export async function readConsensusLogs(paths: readonly string[]): Promise<ConsensusLog> {
  const lines: ConsensusLogLine[] = [];
  for (const path of paths) for (const line of (await readConsensusLog(path)).lines) lines.push(line);
  return { file: undefined, lines };
}

export function readConsensusLogFrom(text: string, file?: string): ConsensusLog {
  const lines: ConsensusLogLine[] = [];
  for (const { line, content } of linesOf(text)) {
    const place = placeOf(file, line);
    lines.push(parsed(objectOn(content, place, expectedLine), line, place));
  }
  if (lines.length === 0)
    throw new InputError("E_EMPTY", {
      place: file === undefined ? {} : { file },
      expected: "a log of consensus",
      found: "no lines",
    });
  return { file, lines };
}

/** Whether a text begins as a log of consensus. */
export function looksLikeConsensusLog(prefix: string): boolean {
  const [first = ""] = prefix.trimStart().split("\n", 1);
  if (!first.startsWith("{") || !/"node"\s*:/.test(first)) return false;
  return /"leads"\s*:/.test(first) || (/"slot"\s*:/.test(first) && /"digest"\s*:/.test(first));
}

function parsed(value: JsonObject, line: number, place: Place): ConsensusLogLine {
  const { slot, ballot, committed, leads, time } = value;
  const node = word(value["node"]);
  const digest = word(value["digest"]);
  if (node === undefined) throw wrong(place, "the name of a node as node", value["node"]);
  if (time !== undefined && typeof time !== "number" && largeInteger(time) === undefined)
    throw wrong(place, "a number as time", time);
  const common = { line, node, ...(time === undefined ? {} : { time: Number(word(time)) }) };
  if (leads !== undefined) {
    if (slot !== undefined) throw wrong(place, "either slot or leads on one line", value);
    if (leads !== null && !isWhole(leads))
      throw wrong(place, `a ballot, ${wholeNumber}, or null as leads`, leads);
    return { ...common, kind: "leads", ballot: leads };
  }
  if (!isWhole(slot) || slot < 0)
    throw wrong(place, `a whole number from 0 to ${Number.MAX_SAFE_INTEGER} as slot`, slot);
  if (!isWhole(ballot)) throw wrong(place, `${wholeNumber} as ballot`, ballot);
  if (digest === undefined) throw wrong(place, "a text or a number as digest", value["digest"]);
  if (typeof committed !== "boolean") throw wrong(place, "true or false as committed", committed);
  return { ...common, kind: "entry", slot, ballot, digest, committed };
}

const wholeNumber = `a whole number up to ${Number.MAX_SAFE_INTEGER}`;

function isWhole(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}

function wrong(place: Place, expected: string, found: Json | undefined): InputError {
  return new InputError("E_CONSENSUS_LOG", { place, expected, found: foundIn(found) });
}
