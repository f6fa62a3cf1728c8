import type { History } from "../../histories/history.ts";
import { inWords } from "../../histories/json.ts";
import type { Checker } from "../checker.ts";
import { Named, named } from "../simple/attempts.ts";
import { Contradictions, otherFunctions } from "../simple/contradictions.ts";
import { promiseOf } from "../simple/promises.ts";
import type { Verdict } from "../verdict.ts";
import { broadcastsOf, readsByNode, type Broadcasts, type Read } from "./broadcasts.ts";

/**
 * What is promised of delivery. `reliable`: what a correct node has broadcast or delivered. `uniform`: what any node has, be it gone
 * since.
 */
export const deliveryPromises = ["reliable", "uniform"] as const;

type Promise = (typeof deliveryPromises)[number];

/** So long, in nanoseconds, a message may take to all correct nodes once nobody broadcasts and nothing is done to the system. */
export const deliveryPatience = 5e9;

/**
 * Eventual delivery of broadcasts (validity and agreement of reliable broadcast, uniform or not: Hadzilacos & Toueg 1994), seen from
 * outside. Correct are the nodes that answer a final `read`, which begins when all broadcasts have ended and the nemesis has done its
 * last. What such a node acknowledged or showed, each of them shows in its last read, if that began later by the patience
 * than that was known, the last broadcast ended and the nemesis did its last.
 */
export function eventualDelivery(options: { readonly promise?: string } = {}): Checker {
  const promise = promiseOf("eventual-delivery", deliveryPromises, options.promise);
  return {
    name: "eventual-delivery",
    summary: "in the end all correct nodes have delivered what one of them has broadcast or delivered",
    check: (history) => checkDelivery(history, promise),
  };
}

function checkDelivery(history: History, promise: Promise): Verdict {
  const broadcasts = broadcastsOf(history);
  const { messages, reads, others } = broadcasts;
  const found = new Contradictions();
  const last = lastReads(history, broadcasts);
  const isCorrect = (node: number): boolean => promise === "uniform" || last.has(node);
  const known = firstKnown(history, broadcasts, isCorrect);
  let early = 0;
  for (const [node, read] of last) {
    const shown = new Uint8Array(messages.length);
    for (const number of read.messages) shown[number] = 1;
    const begin = history.columns.time[read.attempt.index] ?? 0;
    for (const [number, { value }] of messages.entries()) {
      const witness = known[number];
      if (shown[number] === 1 || witness === undefined) continue;
      const since = Math.max(witness.time, read.calm);
      if (begin < since + deliveryPatience) early++;
      else
        found.add(
          "not-delivered",
          [read.attempt.index, witness.index],
          () =>
            `${Named(read.attempt)} read what ${history.nodes[node]} had delivered, ${seconds(begin - since)} after all was calm and ` +
            `it was known that ${inWords(value)} ${witness.how}; and it was not there.`,
        );
    }
  }
  const open = history.completionsOnly
    ? "the history does not tell when broadcasts began"
    : last.size < 2
      ? "no evidence: there are no final reads of two nodes"
      : early > 0
        ? "no evidence: final reads that lack something came so early that it may be delivered yet"
        : known.every((each) => each === undefined)
          ? "no evidence: nothing is known to have been broadcast"
          : undefined;
  return found.verdict(
    "eventual-delivery",
    { messages: messages.length, reads: reads.length, nodes: last.size },
    open,
    otherFunctions(others),
  );
}

/** By node the last of its final reads, and from when on all was calm. */
function lastReads(history: History, { reads }: Broadcasts): Map<number, Read & { readonly calm: number }> {
  const last = new Map<number, Read & { readonly calm: number }>();
  if (history.completionsOnly) return last;
  const calm = lastDisturbance(history);
  for (const [node, ofNode] of readsByNode(reads)) {
    const read = ofNode.at(-1);
    if (node < 0 || read === undefined || read.attempt.index <= calm) continue;
    last.set(node, { ...read, calm: history.columns.time[Math.max(0, calm)] ?? 0 });
  }
  return last;
}

/** The last event of a broadcast or of the nemesis; −1 if there is none. */
function lastDisturbance(history: History): number {
  for (let index = history.length - 1; index >= 0; index--) {
    if (!history.isClient(index) || history.f(index) === "broadcast") return index;
  }
  return -1;
}

/** That a message is somewhere from where it must come to all. */
interface Witness {
  readonly index: number;
  readonly time: number;
  readonly how: string;
}

/** By message, when it was first known of it that some correct node had broadcast or delivered it. */
function firstKnown(
  { columns, nodes }: History,
  { messages, reads }: Broadcasts,
  isCorrect: (node: number) => boolean,
): (Witness | undefined)[] {
  const known: (Witness | undefined)[] = messages.map(() => undefined);
  const note = (number: number, witness: Witness): void => {
    const before = known[number];
    if (before === undefined || witness.time < before.time) known[number] = witness;
  };
  for (const [number, { broadcast, node }] of messages.entries()) {
    if (broadcast?.outcome !== "ok" || !isCorrect(node)) continue;
    const how = `was broadcast (${named(broadcast)})`;
    note(number, { index: broadcast.index, time: columns.time[broadcast.end] ?? 0, how });
  }
  for (const { attempt, node, messages: shown } of reads) {
    if (!isCorrect(node)) continue;
    const how = `was delivered${node < 0 ? "" : ` at ${nodes[node]}`} (${named(attempt)})`;
    const witness = { index: attempt.index, time: columns.time[attempt.end] ?? 0, how };
    for (const number of shown) note(number, witness);
  }
  return known;
}

function seconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e9).toFixed(1)} s`;
}
