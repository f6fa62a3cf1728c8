import type { History } from "../../histories/history.ts";
import { inWords } from "../../histories/json.ts";
import type { Checker } from "../checker.ts";
import type { Verdict } from "../verdict.ts";
import { Named, named, type Attempt } from "./attempts.ts";
import { Contradictions } from "./contradictions.ts";
import { logOperations, type Entry, type LogOperations, type Poll } from "./log-entries.ts";
import { lastOver, notKnown, objectsOf, ofObject, type ObjectOf } from "./objects.ts";
import { promiseOf } from "./promises.ts";

/** What a log may promise: whether appends that are tried again may leave several entries, and whether polls are never behind. */
export const logPromises = ["at-least-once", "exactly-once", "linearizable"] as const;
type LogPromise = (typeof logPromises)[number];

/**
 * A log, or several that are its partitions, by key (after Jepsen's kafka). `append` (or `send`) puts a message at the end and tells its offset, or
 * null; `poll` gives [[offset, message], …] from an offset on, in order and without a gap, as many as it likes, none only at the end. Offsets grow, and need not
 * be dense; nothing is ever taken out of the log.
 *
 * - `lost-write`: the last poll on each node that looked where a known entry is missed it, and the last of all began after those that saw it were over;
 *   where polls may be behind, after all appends were over as well, unless one gave later entries without it.
 * - `poll-skip`: a poll missed an entry that was known, and gave later ones; others did see it.
 * - `stale`: the log ended before an entry that was known. Only a log that promises to be linearizable has none.
 * - `inconsistent-offsets`: two messages at one offset. - `duplicate`: one message at more offsets than it was appended.
 * - `phantom`: a message that nobody had begun to append, or whose appends failed.
 * - `nonmonotonic-poll`: offsets within a poll do not grow, or begin before what was asked for.
 * - `nonmonotonic-append`: who appended later has the lower offset: of one process, or of any where the log promises to be linearizable.
 */
export function partitionedLog({ promise }: { readonly promise?: string } = {}): Checker {
  const promised = promiseOf("log", logPromises, promise);
  return {
    name: "log",
    summary: "no entry of a log is lost, skipped, moved or made up, and offsets grow",
    check: (history) => checkLog(history, promised),
  };
}

class Counts {
  appended = 0;
  acknowledged = 0;
  polls = 0;
  polled = 0;
  /** Entries and polls that looked for them. */
  judged = 0;
  /** Entries that were not there yet for somebody, though known. */
  behind = 0;
  repeated = 0;
  /** Messages that were acknowledged without an offset, and never seen. */
  unplaced = 0;
  /** Entries that are gone, or that everybody was behind with to the last. */
  open = 0;
}

function checkLog(history: History, promise: LogPromise): Verdict {
  const { objects, others } = objectsOf(history, ["append", "send", "poll"]);
  const found = new Contradictions();
  const counts = new Counts();
  if (others.size === 0)
    for (const object of objects) judge(object, history.completionsOnly, promise, found, counts);
  const { appended, acknowledged, polls, polled, judged, behind, repeated, unplaced, open: late } = counts;
  const statistics = {
    partitions: objects.length,
    appended,
    acknowledged,
    polls,
    polled,
    ...(behind === 0 ? {} : { "entries-seen-late": behind }),
    ...(repeated === 0 ? {} : { "appended-again": repeated }),
  };
  const open =
    notKnown(others) ??
    (history.completionsOnly
      ? "no evidence: the history does not say when operations began"
      : unplaced > 0
        ? `no evidence: ${unplaced} messages were acknowledged without an offset and never polled, so it is not known where to look for them`
        : judged === 0
          ? "no evidence: no poll looked where an entry was known to be"
          : late > 0
            ? `no evidence: ${late === 1 ? "an entry was" : `${late} entries were`} missed by the last polls, which began before all appends were over and so may only have been behind`
            : undefined);
  const notes =
    repeated > 0 && promise === "at-least-once"
      ? [`${repeated} messages are there more than once, as may happen where each is appended at least once.`]
      : [];
  return found.verdict("log", statistics, open, notes);
}

function judge(
  object: ObjectOf,
  completionsOnly: boolean,
  promise: LogPromise,
  found: Contradictions,
  counts: Counts,
): void {
  const log = logOperations(object);
  const place = ofObject("partition", object);
  counts.polls += log.polls.length;
  const placed = new Set(log.entries.map(({ text }) => text));
  for (const [text, appends] of log.appends) {
    const acknowledged = appends.filter(({ outcome }) => outcome === "ok").length;
    counts.appended += appends.length;
    counts.acknowledged += acknowledged;
    if (acknowledged > 0 && !placed.has(text)) counts.unplaced++;
  }
  judgePlaces(place, log, promise, found, counts);
  judgeOrigins(place, log, completionsOnly, found);
  for (const poll of log.polls) {
    counts.polled += poll.records.length;
    judgePoll(place, poll, found);
  }
  if (completionsOnly) return;
  judgeAppends(place, object, log, promise === "linearizable", found);
  for (const poll of log.polls) look(poll, log.entries, counts);
  const linearizable = promise === "linearizable";
  // A log that is linearizable is never behind.
  const settled = linearizable ? -1 : lastOver(object, "append", "send");
  for (const entry of log.entries) judgeEntry(place, entry, { linearizable, settled }, found, counts);
}

/** One message at an offset, and as many offsets of a message as there were appends of it. */
function judgePlaces(
  place: string,
  { entries, appends }: LogOperations,
  promise: LogPromise,
  found: Contradictions,
  counts: Counts,
): void {
  const placesOf = new Map<string, Entry[]>();
  entries.forEach((entry, i) => {
    const other = entries[i - 1];
    if (other?.offset === entry.offset)
      found.add(
        "inconsistent-offsets",
        [other.knownBy.index, entry.knownBy.index],
        () =>
          `At offset ${entry.offset}${place} there is ${inWords(other.message)}, as ${named(other.knownBy)} tells, and ${inWords(entry.message)}, as ${named(entry.knownBy)} tells.`,
      );
    const places = placesOf.get(entry.text);
    if (places === undefined) placesOf.set(entry.text, [entry]);
    else places.push(entry);
  });
  for (const [text, places] of placesOf) {
    const tried = (appends.get(text) ?? []).filter(({ outcome }) => outcome !== "fail");
    const [first, second] = places;
    if (first === undefined || second === undefined || tried.length === 0) continue;
    if (places.length <= tried.length) continue;
    counts.repeated++;
    if (promise === "at-least-once") continue;
    found.add(
      "duplicate",
      [...tried.map(({ index }) => index), first.knownBy.index, second.knownBy.index],
      () =>
        `${inWords(first.message)} is at the offsets ${places.map(({ offset }) => offset).join(" and ")}${place}, but was appended ${tried.length === 1 ? "once" : `${tried.length} times`}.`,
    );
  }
}

/** Whether what was polled was appended. */
function judgeOrigins(
  place: string,
  { polls, appends }: LogOperations,
  completionsOnly: boolean,
  found: Contradictions,
): void {
  const judged = new Set<string>();
  for (const { poll, records } of polls.toSorted((a, b) => a.poll.end - b.poll.end))
    for (const { message, text, offset } of records) {
      if (judged.has(text)) continue;
      judged.add(text);
      const all = appends.get(text) ?? [];
      const append = all.find(({ outcome }) => outcome !== "fail");
      const told = (): string => `${Named(poll)} polled ${inWords(message)} at offset ${offset}${place}`;
      const [failed] = all;
      if (failed === undefined) found.add("phantom", [poll.index], () => `${told()}, which nobody appended.`);
      else if (append === undefined)
        found.add(
          "phantom",
          [poll.index, failed.index],
          () => `${told()}, which ${named(failed)} tried to append; but that failed.`,
        );
      else if (!completionsOnly && append.index > poll.end)
        found.add(
          "phantom",
          [poll.index, append.index],
          () => `${told()} before anybody began to append it, as ${named(append)} did.`,
        );
    }
}

function judgePoll(place: string, { poll, from, records }: Poll, found: Contradictions): void {
  let before = -1;
  for (const { offset } of records) {
    if (offset <= before || offset < from) {
      const after = before < 0 ? "" : ` after offset ${before}`;
      found.add(
        "nonmonotonic-poll",
        [poll.index],
        () => `${Named(poll)} polled from offset ${from}${place}, and was given offset ${offset}${after}.`,
      );
      return;
    }
    before = offset;
  }
}

/** Whether offsets grow from one append to those that begin once it is over. */
function judgeAppends(
  place: string,
  { attempts }: ObjectOf,
  { told }: LogOperations,
  ofAll: boolean,
  found: Contradictions,
): void {
  const ended = [...told].toSorted(([a], [b]) => a.end - b.end);
  const highest = new Map<string, { readonly append: Attempt; readonly offset: number }>();
  let next = 0;
  for (const append of attempts) {
    const offset = told.get(append);
    if (offset === undefined) continue;
    for (let over = ended[next]; over !== undefined && over[0].end < append.index; over = ended[++next]) {
      const [earlier, its] = over;
      const who = ofAll ? "" : earlier.process;
      if (its > (highest.get(who)?.offset ?? -1)) highest.set(who, { append: earlier, offset: its });
    }
    const before = highest.get(ofAll ? "" : append.process);
    if (before === undefined || before.offset <= offset) continue;
    found.add(
      "nonmonotonic-append",
      [before.append.index, append.index],
      () =>
        `${Named(append)} appended ${inWords(append.argument)} at offset ${offset}${place}, though ${named(before.append)}, which was over by then, was given offset ${before.offset}.`,
    );
  }
}

/** Enters in the entries that were known before a poll began, and are where it looked, whether it missed them. */
function look({ poll, from, records }: Poll, entries: readonly Entry[], counts: Counts): void {
  const { node = "" } = poll;
  let until = records.length === 0 ? Infinity : -1;
  const had = new Set<string>();
  for (const { offset, text } of records) {
    until = Math.max(until, offset);
    had.add(`${offset} ${text}`);
  }
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.offset ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < entries.length; i++) {
    const entry = entries[i];
    if (entry === undefined || entry.offset > until) break;
    const saw = had.has(`${entry.offset} ${entry.text}`);
    if (saw) entry.on.add(node);
    else entry.on.delete(node);
    if (entry.knownBy.end > poll.index) continue;
    counts.judged++;
    if (saw) continue;
    // Polls come in the order of their beginnings.
    entry.missed = poll;
    if (records.length > 0) entry.skipped = poll;
  }
}

function judgeEntry(
  place: string,
  { offset, message, knownBy, seen, on, missed, skipped }: Entry,
  { linearizable, settled }: { readonly linearizable: boolean; readonly settled: number },
  found: Contradictions,
  counts: Counts,
): void {
  if (missed === undefined) return;
  const known = `${Named(knownBy)} ${knownBy.f === "poll" ? "polled" : "appended"} ${inWords(message)} at offset ${offset}${place}`;
  const operations = [knownBy.index, missed.index, ...(seen === undefined ? [] : [seen.index])];
  if (seen === undefined || (on.size === 0 && seen.end < missed.index)) {
    if (skipped === undefined && missed.index < settled) {
      counts.open++;
      return;
    }
    const instead =
      skipped === missed ? "was given what is there or later instead" : "found the log ended before";
    const last = seen === undefined || seen === knownBy ? "" : ` The last who saw it was ${named(seen)}.`;
    found.add(
      "lost-write",
      operations,
      () =>
        `${known}; but ${named(missed)}, which began later and polled from offset ${inWords(missed.argument)}, ${instead}, and nobody saw it again.${last}`,
    );
    return;
  }
  counts.behind++;
  const though = `though ${named(seen)} ${seen.index > missed.end ? "saw it again" : "saw it, which was not over by then"}`;
  if (skipped !== undefined)
    found.add(
      "poll-skip",
      [knownBy.index, skipped.index, seen.index],
      () =>
        `${known}; but ${named(skipped)}, which began later and polled from offset ${inWords(skipped.argument)}, was given what is there or later without it. Others did see it (${named(seen)}).`,
    );
  else if (linearizable)
    found.add(
      "stale",
      operations,
      () =>
        `${known}; but ${named(missed)}, which began later and polled from offset ${inWords(missed.argument)}, found the log ended before, ${though}.`,
    );
}
