import { canonical, isJsonArray, isJsonObject, type Json } from "../../histories/json.ts";
import { malformed, type Attempt } from "./attempts.ts";
import type { ObjectOf } from "./objects.ts";

/** A message at an offset of a log, of which somebody told. */
export interface Entry {
  readonly offset: number;
  readonly message: Json;
  /** Canonical text of the message. */
  readonly text: string;
  /** Who told of it first: the append whose end made it known, or the first poll that saw it. */
  knownBy: Attempt;
  /** The poll that saw it and ended last. */
  seen?: Attempt;
  /** The nodes where the last poll that looked where it is saw it. */
  readonly on: Set<string>;
  /** Of the polls that began once it was known and looked where it is, but did not have it: that begun last. */
  missed?: Attempt;
  /** Of those, one that gave something at its place or behind it. */
  skipped?: Attempt;
}

export interface Poll {
  readonly poll: Attempt;
  /** The offset asked for. */
  readonly from: number;
  readonly records: readonly { readonly offset: number; readonly message: Json; readonly text: string }[];
}

/** The operations on one log, read. */
export interface LogOperations {
  /** Canonical text of a message → who appended it, in order of their beginnings. */
  readonly appends: ReadonlyMap<string, readonly Attempt[]>;
  /** The offsets that appends told. */
  readonly told: ReadonlyMap<Attempt, number>;
  /** Polls that succeeded. */
  readonly polls: readonly Poll[];
  /** In the order of their offsets. */
  readonly entries: readonly Entry[];
}

/** Reads the operations on a log; throws an `InputError` at values that have not the form of theirs. */
export function logOperations({ attempts }: ObjectOf): LogOperations {
  const appends = new Map<string, Attempt[]>();
  const told = new Map<Attempt, number>();
  const polls: Poll[] = [];
  const entries = new Map<string, Entry>();
  const learn = (offset: number, message: Json, text: string, by: Attempt): Entry => {
    const name = `${offset} ${text}`;
    let entry = entries.get(name);
    if (entry === undefined) {
      entry = { offset, message, text, knownBy: by, on: new Set() };
      entries.set(name, entry);
    } else if (by.end < entry.knownBy.end) entry.knownBy = by;
    return entry;
  };
  for (const attempt of attempts) {
    if (attempt.f === "poll") {
      if (attempt.outcome !== "ok") continue;
      const poll = pollOf(attempt);
      polls.push(poll);
      for (const { offset, message, text } of poll.records) {
        const entry = learn(offset, message, text, attempt);
        if (entry.seen === undefined || attempt.end > entry.seen.end) entry.seen = attempt;
      }
      continue;
    }
    const text = canonical(attempt.argument);
    const before = appends.get(text);
    if (before === undefined) appends.set(text, [attempt]);
    else before.push(attempt);
    if (attempt.outcome !== "ok") continue;
    const offset = offsetOf(attempt);
    if (offset === undefined) continue;
    told.set(attempt, offset);
    learn(offset, attempt.argument, text, attempt);
  }
  const sorted = [...entries.values()].toSorted((a, b) => a.offset - b.offset);
  return { appends, told, polls, entries: sorted };
}

function offsetOf(attempt: Attempt): number | undefined {
  const { result } = attempt;
  if (result === null) return undefined;
  const offset = isJsonObject(result) ? result["offset"] : result;
  if (isOffset(offset)) return offset;
  throw malformed(attempt, "an offset, {offset: …}, or null where it is not told", result);
}

function pollOf(poll: Attempt): Poll {
  const { argument, result } = poll;
  if (!isOffset(argument)) throw malformed(poll, "an offset to poll from", argument);
  const expected = "[[offset, message], …]";
  if (!isJsonArray(result)) throw malformed(poll, expected, result);
  const records = result.map((record) => {
    const [offset, message] = isJsonArray(record) && record.length === 2 ? record : [];
    if (!isOffset(offset) || message === undefined) throw malformed(poll, expected, result);
    return { offset, message, text: canonical(message) };
  });
  return { poll, from: argument, records };
}

function isOffset(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
