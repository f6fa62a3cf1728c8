import { inWords } from "../../histories/json.ts";
import { named, Named } from "../simple/attempts.ts";
import type { Contradictions } from "../simple/contradictions.ts";
import type { Message, Read } from "./broadcasts.ts";
import { acknowledgedAt, countBefore, growthOf, pastOf, type KnownNode, type Past } from "./pasts.ts";

/** Integrity of one read: each message was broadcast before, and is there as often. */
export function judgeRead(
  { attempt, messages: delivered }: Read,
  messages: readonly Message[],
  timeless: boolean,
  found: Contradictions,
): void {
  const times = new Map<number, number>();
  for (const number of delivered) {
    const { value, broadcast, count } = messages[number]!;
    const before = times.get(number) ?? 0;
    times.set(number, before + 1);
    const what = (): string => `${Named(attempt)} read that ${inWords(value)} was delivered`;
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
    else if (before >= count)
      found.add(
        "duplicate-delivery",
        [attempt.index, broadcast.index],
        () =>
          `${what()} ${count === 1 ? "twice" : `${before + 1} times, though it was broadcast ${count} times`}.`,
      );
  }
}

/** What a node shows are prefixes of one sequence, and later ones are no shorter. */
export function judgeGrowth(
  reads: readonly Read[],
  longest: Read,
  messages: readonly Message[],
  timeless: boolean,
  found: Contradictions,
): void {
  const shown = (number: number | undefined): string =>
    number === undefined ? "nothing" : inWords(messages[number]?.value ?? null);
  const mismatch = (one: Read, other: Read, place: number): void =>
    found.add(
      "order-changed",
      [one.attempt.index, other.attempt.index],
      () =>
        `${Named(one.attempt)} read ${shown(one.messages[place])} in place ${place} of what a node had delivered, and ${named(other.attempt)} read ${shown(other.messages[place])} there, at the same node.`,
    );
  for (const read of reads) {
    const place = read.messages.findIndex((number, i) => number !== longest.messages[i]);
    if (place >= 0) mismatch(read, longest, place);
  }
  if (timeless) return;
  const byEnd = reads.toSorted((a, b) => a.attempt.end - b.attempt.end);
  let ended = 0;
  let most: Read | undefined;
  for (const read of reads) {
    // In the order in which they began.
    for (; byEnd[ended] !== undefined && byEnd[ended]!.attempt.end < read.attempt.index; ended++)
      if (most === undefined || byEnd[ended]!.messages.length > most.messages.length) most = byEnd[ended];
    if (most !== undefined && most.messages.length > read.messages.length)
      mismatch(most, read, read.messages.length);
  }
}

/** A read sees what its node had acknowledged before the read began. */
export function judgeAcknowledged(
  reads: readonly Read[],
  longest: Read,
  known: KnownNode | undefined,
  messages: readonly Message[],
  found: Contradictions,
): void {
  if (known === undefined) return;
  const places = placesIn(longest.messages, messages.length);
  const acknowledged = Array.from(known.broadcast)
    .filter((number) => acknowledgedAt(messages[number]!) < Infinity)
    .toSorted((a, b) => acknowledgedAt(messages[a]!) - acknowledgedAt(messages[b]!));
  const { times, numbers } = growthOf(
    acknowledged.map((number) => [acknowledgedAt(messages[number]!), places[number]! + 1]),
  );
  for (const { attempt, messages: list } of reads) {
    const before = countBefore(times, attempt.index);
    if (before === 0 || numbers[before - 1]! <= list.length) continue;
    const lost = messages[acknowledged.find((number) => places[number]! >= list.length) ?? 0]!;
    found.add(
      "lost-message",
      [lost.broadcast?.index ?? 0, attempt.index],
      () =>
        `${Named(attempt)} did not read ${inWords(lost.value)}, though the same node had acknowledged it before, and so delivered it.`,
    );
  }
}

/** Each message of a sequence comes after all of its past; gives back of how many messages a past is known. */
export function judgePasts(
  { attempt, messages: sequence }: Read,
  messages: readonly Message[],
  nodes: ReadonlyMap<number, KnownNode>,
  found: Contradictions,
): number {
  const places = placesIn(sequence, messages.length);
  const isUnique = (number: number): boolean => messages[number]!.count === 1;
  const furthest = new Map<KnownNode, Readonly<Record<keyof Past, Furthest>>>();
  let compared = 0;
  for (const [place, number] of sequence.entries()) {
    const message = messages[number]!;
    const past = pastOf(number, message, nodes);
    if (past.delivered + past.broadcast + past.own === 0) continue;
    compared++;
    const known = nodes.get(message.node)!;
    let reach = furthest.get(known);
    if (reach === undefined) {
      reach = {
        delivered: new Furthest(known.delivered, places, isUnique),
        broadcast: new Furthest(known.broadcast, places, isUnique),
        own: new Furthest(known.own, places, isUnique),
      };
      furthest.set(known, reach);
    }
    const lacking =
      reach.delivered.firstFrom(place, past.delivered, number) ??
      reach.broadcast.firstFrom(place, past.broadcast, number) ??
      reach.own.firstFrom(place, past.own, number);
    const { broadcast } = message;
    if (lacking === undefined || broadcast === undefined) continue;
    found.add(
      "causal-delivery",
      [broadcast.index, messages[lacking]!.broadcast?.index ?? broadcast.index, attempt.index],
      () =>
        `${Named(attempt)} read that ${inWords(message.value)} was delivered without ${inWords(messages[lacking]!.value)} before it, which its node had delivered or broadcast before it broadcast ${inWords(message.value)}, as ${named(broadcast)} asked it to.`,
    );
  }
  return compared;
}

/** Of messages in the order in which they came to be known: how far back in a sequence the first so many of them reach. */
class Furthest {
  readonly #known: Int32Array;
  readonly #places: Float64Array;
  readonly #isUnique: (number: number) => boolean;
  /** By count: the greatest place of the first so many, as far as somebody asked. */
  readonly #reach: number[] = [-1];

  constructor(known: Int32Array, places: Float64Array, isUnique: (number: number) => boolean) {
    this.#known = known;
    this.#places = places;
    this.#isUnique = isUnique;
  }

  /** One of the first `count` messages that is not before `place`; undefined: all are. */
  firstFrom(place: number, count: number, except: number): number | undefined {
    const reach = this.#reach;
    while (reach.length <= count && reach.at(-1)! < Infinity) {
      const number = this.#known[reach.length - 1]!;
      reach.push(Math.max(reach.at(-1)!, this.#isUnique(number) ? this.#places[number]! : -1));
    }
    if (reach[Math.min(count, reach.length - 1)]! < place) return undefined;
    return this.#known
      .subarray(0, count)
      .find((number) => number !== except && this.#isUnique(number) && this.#places[number]! >= place);
  }
}

/** By message: its first place in a sequence; Infinity: it is not there. */
function placesIn(sequence: Int32Array, messages: number): Float64Array {
  const places = new Float64Array(messages).fill(Infinity);
  for (let place = sequence.length - 1; place >= 0; place--) places[sequence[place]!] = place;
  return places;
}
