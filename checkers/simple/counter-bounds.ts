import type { History } from "../../histories/history.ts";
import { inWords, type Json } from "../../histories/json.ts";
import type { Checker } from "../checker.ts";
import type { Verdict } from "../verdict.ts";
import { malformed, Named, Never, type Attempt } from "./attempts.ts";
import { Contradictions } from "./contradictions.ts";
import { notKnown, objectsOf, ofObject, type ObjectOf } from "./objects.ts";
import { promiseOf } from "./promises.ts";

/** What a counter may promise, the least first: `eventual` lets reads be behind for as long as there are additions. */
export const counterPromises = ["eventual", "bounded", "linearizable"] as const;

/**
 * A counter that begins at 0 (after Jepsen's): `add` adds a whole number, `read` gives the value, which lies between what the additions can
 * make at least and at most: those that were acknowledged before the read began count for certain, those that were begun before it ended, and
 * did not fail, may count or not. So an addition of which nobody knows whether it happened may count in every later read.
 *
 * - `below-bounds`: additions are missing. - `above-bounds`: there are more than were made.
 *
 * With negative additions likewise the other way round. A counter that is eventual may miss anything, as long as somebody misses nothing who reads
 * it when no addition is begun or under way any more.
 */
export function counterBounds({ promise }: { readonly promise?: string } = {}): Checker {
  const eventual = promiseOf("counter", counterPromises, promise) === "eventual";
  return {
    name: "counter",
    summary: "every read of a counter lies between what additions can have made at least and at most",
    check: (history) => checkCounter(history, eventual),
  };
}

function checkCounter(history: History, eventual: boolean): Verdict {
  const { objects, others } = objectsOf(history, ["add", "read"]);
  const found = new Contradictions();
  const statistics = { additions: 0, reads: 0, judged: 0 };
  if (others.size === 0)
    for (const object of objects) judge(object, history.completionsOnly, eventual, found, statistics);
  const open =
    notKnown(others) ??
    (history.completionsOnly
      ? "no evidence: the history does not say when operations began"
      : statistics.judged === 0
        ? `no evidence: no read began after ${eventual ? "all additions were over, one of them acknowledged" : "an addition was acknowledged"}`
        : undefined);
  return found.verdict("counter", statistics, open);
}

/** What is added, event by event: sums of the additions from which on they count, one entry for each event at which something does. */
class Sums {
  readonly #events: number[] = [];
  readonly #sums: number[] = [];

  constructor(additions: readonly { readonly from: number; readonly amount: number }[]) {
    let sum = 0;
    for (const { from, amount } of additions.toSorted((a, b) => a.from - b.from)) {
      sum += amount;
      this.#events.push(from);
      this.#sums.push(sum);
    }
  }

  /** The sum of what counts before an event. */
  before(event: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle] ?? 0) < event) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : (this.#sums[low - 1] ?? 0);
  }
}

function judge(
  object: ObjectOf,
  completionsOnly: boolean,
  eventual: boolean,
  found: Contradictions,
  statistics: { additions: number; reads: number; judged: number },
): void {
  const additions = object.attempts
    .filter(({ f, outcome }) => f === "add" && outcome !== "fail")
    .map((attempt) => ({ attempt, amount: amountOf(attempt) }));
  const reads = object.attempts.filter(({ f, outcome }) => f === "read" && outcome === "ok");
  statistics.additions += additions.length;
  statistics.reads += reads.length;
  const values = reads.map((read) => {
    if (!isWhole(read.result)) throw malformed(read, "a whole number", read.result);
    return read.result;
  });
  // Of a history without beginnings it is not known what had been begun; but no more can have been added than all.
  if (completionsOnly) return;
  const sums = (counts: (amount: number) => number, when: (attempt: Attempt) => number): Sums =>
    new Sums(additions.map(({ attempt, amount }) => ({ from: when(attempt), amount: counts(amount) })));
  const up = (amount: number): number => Math.max(0, amount);
  const down = (amount: number): number => Math.min(0, amount);
  const begun = { up: sums(up, ({ index }) => index), down: sums(down, ({ index }) => index) };
  const sure = { up: sums(up, ({ end }) => end), down: sums(down, ({ end }) => end) };
  const acknowledged = new Sums(additions.map(({ attempt }) => ({ from: attempt.end, amount: 1 })));
  let lastChange = -1;
  for (const { index, end } of additions.map(({ attempt }) => attempt))
    lastChange = Math.max(lastChange, end === Never ? index : end);
  const within = (read: Attempt, certain: boolean): { least: number; most: number } => ({
    least: (certain ? sure.up.before(read.index) : 0) + begun.down.before(read.end),
    most: begun.up.before(read.end) + (certain ? sure.down.before(read.index) : 0),
  });
  const judged = reads.map((read, i) => ({ read, value: values[i] ?? 0, final: read.index > lastChange }));
  // One who reads at the end and misses nothing shows that nothing is lost, and that others are behind.
  const complete = judged.some(({ read, value, final }) => {
    const { least, most } = within(read, true);
    return final && least <= value && value <= most;
  });
  for (const { read, value, final } of judged) {
    const certain = !eventual || (final && !complete);
    if ((!eventual || final) && acknowledged.before(read.index) > 0) statistics.judged++;
    const { least, most } = within(read, certain);
    if (value >= least && value <= most) continue;
    found.add(value < least ? "below-bounds" : "above-bounds", [read.index], () => {
      const sees = `${Named(read)} read ${inWords(value)}${ofObject("counter", object)}`;
      const counted = certain ? "were acknowledged before it began" : "can have happened";
      return value < least
        ? `${sees}; but additions that ${counted} make at least ${least}.`
        : `${sees}; but additions that were begun before it ended make at most ${most}.`;
    });
  }
}

function amountOf(attempt: Attempt): number {
  const { argument } = attempt;
  // As the model of a counter has it.
  if (argument === null) return 1;
  if (!isWhole(argument)) throw malformed(attempt, "a whole number", argument);
  return argument;
}

function isWhole(value: Json): value is number {
  return Number.isSafeInteger(value);
}
