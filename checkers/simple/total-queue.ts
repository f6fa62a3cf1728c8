import type { History } from "../../histories/history.ts";
import { canonical, inWords, type Json } from "../../histories/json.ts";
import type { Checker } from "../checker.ts";
import type { Verdict } from "../verdict.ts";
import { elements, malformed, Named, named, Never, type Attempt } from "./attempts.ts";
import { Contradictions } from "./contradictions.ts";
import { notKnown, objectsOf, ofObject, type ObjectOf } from "./objects.ts";
import { promiseOf } from "./promises.ts";

/** What a queue may promise of each message; who promises a linearizable queue promises exactly one delivery. */
export const queuePromises = ["at-least-once", "at-most-once", "exactly-once", "linearizable"] as const;

/**
 * A queue, message by message and whatever their order (after Jepsen's total-queue): `enqueue` puts a message in, `dequeue` takes one out, or
 * gives null if it found none; `drain` takes out messages until it finds none, and gives a list of them.
 *
 * - `lost`: the message was acknowledged, nobody was given it, and in the end the queue was found empty. What a dequeue of unknown
 *   outcome took, nobody knows; so as many messages may be gone as there are such. Nothing of a queue that promises to deliver at most once.
 * - `duplicated`: more were given it than put it in. Nothing of a queue that promises to deliver at least once.
 * - `unexpected`: nobody had begun to put it in when somebody was given it, or all who tried have failed.
 *
 * A dequeue of unknown outcome that tells a message has seen it, but may not have taken it out for good.
 */
export function totalQueue({ promise }: { readonly promise?: string } = {}): Checker {
  const promised = promiseOf("total-queue", queuePromises, promise);
  return {
    name: "total-queue",
    summary: "no message of a queue is lost, made up, or delivered more often than it promises",
    check: (history) =>
      checkQueue(history, {
        loses: promised === "at-most-once",
        repeats: promised === "at-least-once",
      }),
  };
}

/** What a queue may do without breaking its promise. */
interface Permissions {
  readonly loses: boolean;
  readonly repeats: boolean;
}

/** What became of one message, or of several that are alike. */
interface Message {
  readonly value: Json;
  /** Those who put it in and did not fail; `failed` did. */
  readonly enqueues: Attempt[];
  readonly failed: Attempt[];
  /** Those who were given it and took it out, each as often as it was given it. */
  readonly taken: Attempt[];
  /** Those who saw it, and may not have taken it out. */
  readonly glimpsed: Attempt[];
}

class Counts {
  enqueued = 0;
  acknowledged = 0;
  delivered = 0;
  recovered = 0;
  unknown = 0;
  missing = 0;
  repeated = 0;
}

function checkQueue(history: History, may: Permissions): Verdict {
  const { objects, others } = objectsOf(history, ["enqueue", "dequeue", "drain"]);
  const found = new Contradictions();
  const counts = new Counts();
  let undrained = 0;
  if (others.size === 0)
    for (const object of objects) undrained += judge(object, history.completionsOnly, may, found, counts);
  const { enqueued, acknowledged, delivered, recovered, unknown, missing, repeated } = counts;
  const statistics = {
    enqueued,
    acknowledged,
    delivered,
    recovered,
    ...(unknown === 0 ? {} : { "dequeues-of-unknown-outcome": unknown }),
    ...(missing === 0 ? {} : { "not-delivered": missing }),
    ...(repeated === 0 ? {} : { "delivered-again": repeated }),
  };
  const open =
    notKnown(others) ??
    (acknowledged === 0
      ? "no evidence: no message was acknowledged"
      : may.loses
        ? delivered === 0
          ? "no evidence: no message was delivered"
          : undefined
        : undrained > 0
          ? `no evidence: ${undrained === 1 ? "a message was" : `${undrained} messages were`} not delivered, and the queue was not found empty after all else was over`
          : undefined);
  const notes = [
    ...(repeated > 0 && may.repeats
      ? [`${tell(repeated)} delivered again, as may happen where each is delivered at least once.`]
      : []),
    ...(missing > 0 && may.loses
      ? [`${tell(missing)} not delivered, as may happen where each is delivered at most once.`]
      : []),
  ];
  return found.verdict("total-queue", statistics, open, notes);
}

function tell(count: number): string {
  return count === 1 ? "One message was" : `${count} messages were`;
}

/** How many messages of a queue may be missing, for all that is known. */
function judge(
  object: ObjectOf,
  completionsOnly: boolean,
  may: Permissions,
  found: Contradictions,
  counts: Counts,
): number {
  const messages = new Map<string, Message>();
  let unknown = 0;
  for (const attempt of object.attempts) {
    if (attempt.f === "enqueue") {
      const { enqueues, failed } = messageOf(messages, attempt.argument);
      (attempt.outcome === "fail" ? failed : enqueues).push(attempt);
      counts.enqueued++;
      if (attempt.outcome === "ok") counts.acknowledged++;
      continue;
    }
    const given = givenTo(attempt);
    if (attempt.outcome === "info" && given.length === 0) unknown++;
    for (const value of given) {
      const { taken, glimpsed } = messageOf(messages, value);
      (attempt.outcome === "ok" ? taken : glimpsed).push(attempt);
    }
  }
  counts.unknown += unknown;
  const missing: Message[] = [];
  for (const message of messages.values()) {
    judgeDelivered(object, message, completionsOnly, may, found, counts);
    const acknowledged = message.enqueues.filter(({ outcome }) => outcome === "ok").length;
    if (acknowledged > message.taken.length + message.glimpsed.length) missing.push(message);
  }
  counts.missing += missing.length;
  if (may.loses || missing.length <= unknown) return 0;
  const empty = foundEmpty(object.attempts);
  if (empty === undefined) return missing.length;
  for (const { value, enqueues } of missing) {
    const [enqueue] = enqueues.filter(({ outcome }) => outcome === "ok");
    if (enqueue === undefined) continue;
    const but =
      unknown === 0
        ? ""
        : ` (So it is with ${missing.length} messages, of which ${unknown === 1 ? "a dequeue" : `${unknown} dequeues`} of unknown outcome can have taken ${unknown}.)`;
    found.add(
      "lost",
      [enqueue.index, empty.index],
      () =>
        `${Named(enqueue)} enqueued ${inWords(value)}${ofObject("queue", object)}, which was acknowledged; nobody was given it, and in the end ${named(empty)} found the queue empty.${but}`,
    );
  }
  return 0;
}

function messageOf(messages: Map<string, Message>, value: Json): Message {
  const text = canonical(value);
  let message = messages.get(text);
  if (message === undefined) {
    message = { value, enqueues: [], failed: [], taken: [], glimpsed: [] };
    messages.set(text, message);
  }
  return message;
}

/** The messages that a dequeue or drain was given, as far as it tells. */
function givenTo(attempt: Attempt): readonly Json[] {
  const { f, outcome, result } = attempt;
  if (outcome === "fail" || (outcome === "info" && result === null)) return [];
  if (f === "dequeue") return result === null ? [] : [result];
  const given = elements(result);
  if (given === undefined) throw malformed(attempt, "[message, …]", result);
  return given;
}

function judgeDelivered(
  object: ObjectOf,
  { value, enqueues, failed, taken, glimpsed }: Message,
  completionsOnly: boolean,
  may: Permissions,
  found: Contradictions,
  counts: Counts,
): void {
  counts.delivered += taken.length;
  const deliveries = [...taken, ...glimpsed];
  const [first] = deliveries;
  if (first === undefined) return;
  const told = (delivery: Attempt): string =>
    `${Named(delivery)} was given ${inWords(value)}${ofObject("queue", object)}`;
  const [enqueue] = enqueues;
  if (enqueue === undefined) {
    const [refused] = failed;
    found.add("unexpected", [first.index, ...(refused === undefined ? [] : [refused.index])], () =>
      refused === undefined
        ? `${told(first)}, which nobody enqueued.`
        : `${told(first)}, which ${named(refused)} tried to enqueue; but that failed.`,
    );
    return;
  }
  if (enqueues.every(({ outcome }) => outcome === "info")) counts.recovered++;
  const early = completionsOnly
    ? undefined
    : deliveries.find(({ index, end }) => (end === Never ? index : end) < enqueue.index);
  if (early !== undefined)
    found.add(
      "unexpected",
      [early.index, enqueue.index],
      () => `${told(early)} before anybody began to enqueue it, as ${named(enqueue)} did.`,
    );
  const extra = taken.length - enqueues.length;
  if (extra <= 0) return;
  counts.repeated++;
  if (may.repeats) return;
  const second = taken.find((each) => each !== first) ?? first;
  found.add(
    "duplicated",
    [enqueue.index, ...taken.map(({ index }) => index)],
    () =>
      `${told(second)}, as ${second === first ? "it was already" : `${named(first)} was`}: ${taken.length} times in all, but it was enqueued ${enqueues.length === 1 ? `once (${named(enqueue)})` : `${enqueues.length} times`}.`,
  );
}

/** Who found the queue empty after all others were over who did not: that begun last. */
function foundEmpty(all: readonly Attempt[]): Attempt | undefined {
  let over = -1;
  for (const attempt of all)
    if (!foundNothing(attempt)) over = Math.max(over, attempt.end === Never ? attempt.index : attempt.end);
  return all.findLast((attempt) => attempt.index > over && foundNothing(attempt));
}

/** Whether it found, or left, the queue empty. */
function foundNothing({ f, outcome, result }: Attempt): boolean {
  return outcome === "ok" && (f === "drain" || (f === "dequeue" && result === null));
}
