import type { History } from "../../histories/history.ts";
import { canonical, inWords, isJsonArray, type Json } from "../../histories/json.ts";
import { confirmed } from "../certificates/confirmed.ts";
import { verifyDeliveryOrder } from "../certificates/consensus.ts";
import type { Checker } from "../checker.ts";
import { attempts, malformed, named, Named, type Attempt } from "../simple/attempts.ts";
import { Contradictions, otherFunctions } from "../simple/contradictions.ts";
import type { Certificate, Verdict } from "../verdict.ts";

/** The account of a valid history: the order of messages, by the indices of the invocations that broadcast them. */
export interface DeliveryOrderCertificate extends Certificate {
  readonly kind: "delivery-order";
  readonly order: readonly number[];
}

/** A read of what a node had delivered; messages by their numbers. */
interface Read {
  readonly attempt: Attempt;
  readonly messages: Int32Array;
}

/** A message that was broadcast, by whom. */
interface Message {
  readonly value: Json;
  /** The first that did not fail; else the first. */
  broadcast: Attempt | undefined;
  count: number;
}

/**
 * Atomic broadcast seen from outside: `broadcast` of a message, which is `ok` once the message has its place in the order of all;
 * `read` of all that a node has delivered so far, in order. What is read are prefixes of one sequence (total order) of messages
 * that were broadcast before, each once (integrity). A message that was acknowledged comes before every message
 * whose broadcast began later, and is there if such a one is: nothing is inserted before or lost. That a read sees what was
 * acknowledged before it is not asked, for nodes may lag behind.
 */
export const totalOrderOfHistories: Checker = {
  name: "total-order",
  summary:
    "what nodes deliver of broadcasts are prefixes of one sequence, without loss, duplicate or invention",
  check: checkTotalOrder,
};

function checkTotalOrder(history: History): Verdict {
  const messages: Message[] = [];
  /** Numbers by themselves, all else by its text. */
  const numbers = new Map<string | number, number>();
  const numberOf = (value: Json): number => {
    const text = typeof value === "number" ? value : canonical(value);
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, messages.length);
    return messages.push({ value, broadcast: undefined, count: 0 }) - 1;
  };
  const reads: Read[] = [];
  const others = new Set<string>();
  let broadcasts = 0;
  for (const attempt of attempts(history)) {
    if (attempt.f === "broadcast") {
      broadcasts++;
      const message = messages[numberOf(attempt.argument)]!;
      if (message.broadcast === undefined || message.broadcast.outcome === "fail")
        message.broadcast = attempt;
      if (attempt.outcome !== "fail") message.count++;
    } else if (attempt.f === "read") {
      if (attempt.outcome !== "ok") continue;
      const list = attempt.result ?? [];
      if (!isJsonArray(list)) throw malformed(attempt, "[message, …]", attempt.result);
      reads.push({ attempt, messages: Int32Array.from(list, numberOf) });
    } else others.add(attempt.f);
  }
  const found = new Contradictions();
  for (const read of reads) judgeRead(read, messages, found, history.completionsOnly);
  const longest = reads.reduce<Read | undefined>(
    (best, read) => (best === undefined || read.messages.length > best.messages.length ? read : best),
    undefined,
  );
  if (longest !== undefined) {
    for (const read of reads) judgePrefix(read, longest, messages, found);
    judgeRealTime(longest, messages, found);
  }
  const delivered = longest?.messages.length ?? 0;
  const unique = messages.every(({ count }) => count <= 1);
  const open =
    delivered === 0
      ? "no evidence: no read saw a message"
      : reads.length < 2
        ? "no evidence: there are no two reads to compare"
        : !unique
          ? "a message was broadcast more than once, so that it is not known which of them was delivered"
          : history.completionsOnly
            ? "the history does not tell when broadcasts began"
            : undefined;
  const verdict = found.verdict(
    "total-order",
    { broadcasts, reads: reads.length, delivered },
    open,
    otherFunctions(others),
  );
  if (verdict.valid !== true || longest === undefined) return verdict;
  const certificate: DeliveryOrderCertificate = {
    kind: "delivery-order",
    order: Array.from(longest.messages, (number) => messages[number]?.broadcast?.index ?? -1),
  };
  return confirmed(verdict, certificate, verifyDeliveryOrder(history, certificate));
}

/** Integrity of one read. */
function judgeRead(
  { attempt, messages: delivered }: Read,
  messages: readonly Message[],
  found: Contradictions,
  timeless: boolean,
): void {
  const times = new Map<number, number>();
  const placesOf = (number: number): number[] =>
    Array.from(delivered.keys()).filter((place) => delivered[place] === number);
  for (const number of delivered) {
    const { value, broadcast, count } = messages[number]!;
    const what = (): string => `${Named(attempt)} read that ${inWords(value)} was delivered`;
    const time = (times.get(number) ?? 0) + 1;
    times.set(number, time);
    if (broadcast === undefined)
      found.add("never-broadcast", [attempt.index], () => `${what()}, which nobody had broadcast.`);
    else if (broadcast.outcome === "fail")
      found.add(
        "failed-broadcast",
        [attempt.index, broadcast.index],
        () => `${what()}; but ${named(broadcast)}, which was to broadcast it, failed.`,
      );
    else if (!timeless && broadcast.index > attempt.end)
      found.add(
        "delivered-too-early",
        [attempt.index, broadcast.index],
        () => `${what()} before ${named(broadcast)} began to broadcast it.`,
      );
    else if (time > count)
      found.add(
        "duplicate-delivery",
        [attempt.index, broadcast.index],
        () =>
          `${what()} ${count === 1 ? "twice" : `${time} times, though it was broadcast ${count} times`}: in places ${placesOf(number).join(", ")}.`,
      );
  }
}

function judgePrefix(read: Read, longest: Read, messages: readonly Message[], found: Contradictions): void {
  if (read === longest) return;
  const place = read.messages.findIndex((number, i) => number !== longest.messages[i]);
  if (place < 0) return;
  const at = ({ messages: list }: Read): string => inWords(messages[list[place] ?? 0]?.value ?? null);
  found.add(
    "order-mismatch",
    [read.attempt.index, longest.attempt.index],
    () =>
      `${Named(read.attempt)} read ${at(read)} in place ${place} of what was delivered, and ${named(longest.attempt)} read ${at(longest)} there.`,
  );
}

/** What was acknowledged before another broadcast began comes before that one. */
function judgeRealTime({ messages: order }: Read, messages: readonly Message[], found: Contradictions): void {
  const present = new Uint8Array(messages.length);
  /** The message up to here whose broadcast began last. */
  let latest: Message | undefined;
  for (const number of order) {
    present[number] = 1;
    const message = messages[number]!;
    const { broadcast, count } = message;
    if (broadcast === undefined || count !== 1) continue;
    const before = latest;
    if (
      before?.broadcast !== undefined &&
      broadcast.outcome === "ok" &&
      broadcast.end < before.broadcast.index
    ) {
      const other = before.broadcast;
      found.add(
        "delivered-out-of-order",
        [broadcast.index, other.index],
        () =>
          `${inWords(before.value)} is delivered before ${inWords(message.value)}, though ${named(broadcast)} was told that ${inWords(message.value)} has its place before ${named(other)} began to broadcast ${inWords(before.value)}.`,
      );
    }
    if (latest?.broadcast === undefined || broadcast.index > latest.broadcast.index) latest = message;
  }
  const last = latest?.broadcast;
  if (last === undefined || latest === undefined) return;
  const after = inWords(latest.value);
  for (const [number, { value, broadcast, count }] of messages.entries()) {
    if (present[number] === 1 || broadcast === undefined || count !== 1) continue;
    if (broadcast.outcome === "ok" && broadcast.end < last.index)
      found.add(
        "lost-message",
        [broadcast.index, last.index],
        () =>
          `${Named(broadcast)} was told that ${inWords(value)} has its place; but ${after}, whose broadcast (${named(last)}) began later, was delivered without it.`,
      );
  }
}
