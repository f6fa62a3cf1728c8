import type { History } from "../../histories/history.ts";
import { canonical, inWords, type Json } from "../../histories/json.ts";
import type { Checker } from "../checker.ts";
import { quantile } from "../performance/latency.ts";
import type { Verdict } from "../verdict.ts";
import { elements, malformed, Named, named, Never, type Attempt } from "./attempts.ts";
import { Contradictions } from "./contradictions.ts";
import { lastOver, notKnown, objectsOf, ofObject, type ObjectOf } from "./objects.ts";
import { promiseOf } from "./promises.ts";

/** What a set may promise, the least first: `eventual` lets reads be behind. */
export const setPromises = ["eventual", "linearizable"] as const;

/**
 * A set that only grows (after Jepsen's set-full): `add` puts an element in, `read` gives all of them. An element is known to be there from
 * when its addition was acknowledged, or a read that saw it was over. A read that begins later and does not have it misses it.
 *
 * - `lost`: the last read on each node missed the element, and the last of all began after those that saw it were over; where reads may be behind,
 *   after all additions were over as well.
 * - `stale`: an element was missed, and seen again, or meanwhile, or on another node. Only a set that promises to be linearizable has none.
 * - `phantom`: a read has what nobody had begun to add when it ended, or what only failed additions added.
 * - `duplicated`: a read has an element more than once.
 *
 * An element is stable from the beginning of the last read that missed it; how long after it was known is told in milliseconds.
 */
export function setFull({ promise }: { readonly promise?: string } = {}): Checker {
  const linearizable = promiseOf("set-full", setPromises, promise) === "linearizable";
  return {
    name: "set-full",
    summary: "nothing that is known to be in a set that grows is missed later, and nothing is made up",
    check: (history) => checkSet(history, linearizable),
  };
}

interface Element {
  readonly value: Json;
  /** The first addition that did not fail; where all failed, the first. */
  add?: Attempt;
  /** The operation whose end made it known. */
  knownBy?: Attempt;
  /** The read that missed it and began last. */
  missed?: Attempt;
  /** The read that saw it and ended last. */
  seen?: Attempt;
  /** The nodes whose last read saw it. */
  readonly on: Set<string>;
  /** Whether a read that began after it was known told of it, either way. */
  judged: boolean;
}

function checkSet(history: History, linearizable: boolean): Verdict {
  const { objects, others } = objectsOf(history, ["add", "read"]);
  const found = new Contradictions();
  const tally = new Tally(history);
  if (others.size === 0) for (const object of objects) judge(object, history, linearizable, found, tally);
  const open =
    notKnown(others) ??
    (history.completionsOnly
      ? "no evidence: the history does not say when operations began"
      : tally.judged === 0
        ? "no evidence: no read began after an element was known to be there"
        : tally.open > 0
          ? `no evidence: ${tally.open === 1 ? "an element was" : `${tally.open} elements were`} missed by the last reads, which began before all additions were over and so may only have been behind`
          : undefined);
  return found.verdict("set-full", tally.statistics(), open);
}

function judge(
  object: ObjectOf,
  { completionsOnly }: History,
  linearizable: boolean,
  found: Contradictions,
  tally: Tally,
): void {
  const inside = new Map<string, Element>();
  for (const add of object.attempts) {
    if (add.f !== "add") continue;
    const element = elementOf(inside, add.argument);
    if (element.add === undefined || (element.add.outcome === "fail" && add.outcome !== "fail"))
      element.add = add;
    if (add.outcome === "ok") learn(element, add);
    tally.added(add);
  }
  const reads = object.attempts.filter(({ f, outcome }) => f === "read" && outcome === "ok");
  const seenBy = reads.map((read) => {
    const values = elements(read.result);
    if (values === undefined) throw malformed(read, "[element, …]", read.result);
    const seen = new Set<Element>();
    for (const value of values) {
      const element = elementOf(inside, value);
      judgeValue(object, read, element, seen.has(element), completionsOnly, found);
      seen.add(element);
      learn(element, read);
    }
    return seen;
  });
  tally.reads += reads.length;
  if (completionsOnly) return;
  reads.forEach((read, i) => {
    const { node = "" } = read;
    for (const element of inside.values()) {
      const saw = seenBy[i]?.has(element) === true;
      if (saw) {
        if (element.seen === undefined || read.end > element.seen.end) element.seen = read;
        element.on.add(node);
      } else element.on.delete(node);
      if ((element.knownBy?.end ?? Never) > read.index) continue;
      element.judged = true;
      if (!saw) element.missed = read;
    }
  });
  // A set that is linearizable is never behind.
  const settled = linearizable ? -1 : lastOver(object, "add");
  for (const element of inside.values())
    judgeElement(object, element, { linearizable, settled }, found, tally);
}

function elementOf(inside: Map<string, Element>, value: Json): Element {
  const text = canonical(value);
  const before = inside.get(text);
  if (before !== undefined) return before;
  const element: Element = { value, on: new Set(), judged: false };
  inside.set(text, element);
  return element;
}

function learn(element: Element, by: Attempt): void {
  if (element.knownBy === undefined || by.end < element.knownBy.end) element.knownBy = by;
}

/** Whether an element that a read has was put in, and is there once. */
function judgeValue(
  object: ObjectOf,
  read: Attempt,
  { value, add }: Element,
  again: boolean,
  completionsOnly: boolean,
  found: Contradictions,
): void {
  const told = (): string => `${Named(read)} read ${inWords(value)}${ofObject("set", object)}`;
  if (again) found.add("duplicated", [read.index], () => `${told()} more than once.`);
  else if (add === undefined) found.add("phantom", [read.index], () => `${told()}, which nobody added.`);
  else if (add.outcome === "fail")
    found.add(
      "phantom",
      [read.index, add.index],
      () => `${told()}, which ${named(add)} tried to add; but that failed.`,
    );
  else if (!completionsOnly && add.index > read.end)
    found.add(
      "phantom",
      [read.index, add.index],
      () => `${told()} before anybody began to add it, as ${named(add)} did.`,
    );
}

function judgeElement(
  object: ObjectOf,
  element: Element,
  { linearizable, settled }: { readonly linearizable: boolean; readonly settled: number },
  found: Contradictions,
  tally: Tally,
): void {
  const { value, add, knownBy, missed, seen, on, judged } = element;
  // What nobody put in is a phantom, and may go as it came.
  if (add === undefined || add.outcome === "fail") return;
  tally.knew(element);
  if (knownBy === undefined || !judged) return;
  if (missed === undefined) {
    tally.stable(0);
    return;
  }
  const before = `${Named(knownBy)} ${knownBy.f === "add" ? "added" : "saw"} ${inWords(value)}${ofObject("set", object)}`;
  const after = tally.between(knownBy.end, missed.index);
  if (seen === undefined || (on.size === 0 && seen.end < missed.index)) {
    if (missed.index < settled) {
      tally.open++;
      return;
    }
    tally.lost(after);
    const last = seen === undefined || seen === knownBy ? "" : ` The last who saw it was ${named(seen)}.`;
    found.add(
      "lost",
      [knownBy.index, missed.index, ...(seen === undefined ? [] : [seen.index])],
      () =>
        `${before}; but ${named(missed)}, which began later, does not have it, and nobody saw it again.${last}`,
    );
    return;
  }
  tally.stale(after);
  if (linearizable)
    found.add(
      "stale",
      [knownBy.index, missed.index, seen.index],
      () =>
        `${before}; but ${named(missed)}, which began later, does not have it, though ${named(seen)} ${seen.index > missed.end ? "has it again" : "has it, which was not over by then"}.`,
    );
}

/** Counts elements, and how long it took until they were stable, or lost. */
class Tally {
  reads = 0;
  judged = 0;
  /** Elements that are gone, or that everybody was behind with to the last. */
  open = 0;
  #added = 0;
  #acknowledged = 0;
  #neverRead = 0;
  #stale = 0;
  readonly #stable: number[] = [];
  readonly #lost: number[] = [];
  readonly #time: Float64Array;

  constructor(history: History) {
    this.#time = history.columns.time;
  }

  added({ outcome }: Attempt): void {
    this.#added++;
    if (outcome === "ok") this.#acknowledged++;
  }

  knew({ judged, seen }: Element): void {
    if (judged) this.judged++;
    if (seen === undefined) this.#neverRead++;
  }

  /** Milliseconds from one event to another. */
  between(from: number, to: number): number {
    return Math.max(0, (this.#time[to] ?? 0) - (this.#time[from] ?? 0)) / 1e6;
  }

  stable(after: number): void {
    this.#stable.push(after);
  }

  stale(after: number): void {
    this.#stale++;
    this.#stable.push(after);
  }

  lost(after: number): void {
    this.#lost.push(after);
  }

  statistics(): Record<string, number> {
    return {
      added: this.#added,
      acknowledged: this.#acknowledged,
      reads: this.reads,
      stable: this.#stable.length,
      "never-read": this.#neverRead,
      ...(this.#stale === 0 ? {} : { "missed-for-a-while": this.#stale }),
      ...milliseconds("stable", this.#stable),
      ...milliseconds("lost", this.#lost),
    };
  }
}

function milliseconds(name: string, values: readonly number[]): Record<string, number> {
  if (values.every((value) => value === 0)) return {};
  const sorted = Float64Array.from(values).toSorted();
  const at = (q: number): number => Math.round(quantile(sorted, q) * 1000) / 1000;
  return { [`${name}-ms-median`]: at(0.5), [`${name}-ms-p99`]: at(0.99), [`${name}-ms-max`]: at(1) };
}
