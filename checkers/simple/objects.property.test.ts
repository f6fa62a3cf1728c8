import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isJsonArray, type Json } from "../../histories/json.ts";
import type { Checker } from "../checker.ts";
import {
  smallObjectHistories,
  type Played,
  type SmallHistory,
  type SmallObject,
} from "../testing/small-objects.ts";
import type { Validity } from "../verdict.ts";
import { counterBounds, counterPromises } from "./counter-bounds.ts";
import { logPromises, partitionedLog } from "./partitioned-log.ts";
import { setFull, setPromises } from "./set-full.ts";
import { queuePromises, totalQueue } from "./total-queue.ts";
import { uniqueIds } from "./unique-ids.ts";

/** What each checker says of random small histories, next to what its documentation says, read to the letter and without any care for time. */

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 1000);

/** How often each type of contradiction is there; `unknown` where there is no evidence. */
type Definition = (operations: readonly Played[], promise: string) => { counts: Counts; evidence: boolean };
type Counts = Readonly<Record<string, number>>;

function agree<State>(
  object: SmallObject<State>,
  promises: readonly string[],
  make: (promise: string) => Checker,
  define: Definition,
  least: Counts,
): void {
  const seen: Record<string, number> = { true: 0, false: 0, unknown: 0 };
  fc.assert(
    fc.property(
      smallObjectHistories(object),
      fc.constantFrom(...promises),
      ({ history, operations }: SmallHistory, promise) => {
        const { counts, evidence } = define(operations, promise);
        const wrong = Object.values(counts).some((count) => count > 0);
        const { valid, anomalies, reason, statistics } = make(promise).check(history);
        const expected: Validity = wrong ? false : evidence ? true : "unknown";
        expect({ valid, reason: valid === "unknown" ? typeof reason : reason }).toEqual({
          valid: expected,
          reason: expected === "unknown" ? "string" : undefined,
        });
        seen[`${valid}`] = (seen[`${valid}`] ?? 0) + 1;
        for (const [type, count] of Object.entries(counts)) {
          expect([type, statistics[type] ?? 0]).toEqual([type, count]);
          expect(anomalies.filter((anomaly) => anomaly.type === type)).toHaveLength(Math.min(8, count));
          seen[type] = (seen[type] ?? 0) + Math.min(1, count);
        }
        for (const { type, operations: indices } of anomalies) {
          expect(Object.keys(counts)).toContain(type);
          for (const index of indices) expect(index).toBeLessThan(history.length);
        }
      },
    ),
    { numRuns: Runs },
  );
  for (const [name, share] of Object.entries(least))
    expect([name, seen[name] ?? 0]).toEqual([
      name,
      expect.toSatisfy((count: number) => count >= Runs * share),
    ]);
}

const ok = ({ outcome }: Played): boolean => outcome === "ok";
const notFailed = ({ outcome }: Played): boolean => outcome !== "fail";
const of = (operations: readonly Played[], ...fs: string[]): Played[] =>
  operations.filter(({ f }) => fs.includes(f));
const list = (value: Json): readonly Json[] => (isJsonArray(value) ? value : []);
/** When an operation is over, for those who wait for everybody: one of unknown outcome when it was begun. */
const over = ({ begin, end }: Played): number => (end === Infinity ? begin : end);
const last = (operations: readonly Played[]): Played | undefined =>
  operations.toSorted((a, b) => a.begin - b.begin).at(-1);
const least = (numbers: readonly number[]): number => Math.min(Infinity, ...numbers);

/** Whether those who looked last on each node, `looked` being all who looked, did not see it. */
function gone(looked: readonly Played[], saw: (operation: Played) => boolean): boolean {
  const nodes = new Set(looked.map(({ node }) => node));
  return [...nodes].every((node) => {
    const latest = last(looked.filter((each) => each.node === node));
    return latest === undefined || !saw(latest);
  });
}

test("sets", () => {
  const object: SmallObject<number[]> = {
    initial: () => [],
    begin: (_, a, b) => (a < 3 ? { f: "add", value: b } : { f: "read", value: null }),
    happen(state, { f, argument }) {
      if (f === "read") return [...state];
      if (!state.includes(Number(argument))) state.push(Number(argument));
      return argument;
    },
    lie: (state, { f, argument }, a, b) =>
      f === "add" ? argument : a === 0 ? [...state, b] : state.filter((element) => element !== b),
  };
  agree(
    object,
    setPromises,
    (promise) => setFull({ promise }),
    (operations, promise) => {
      const adds = of(operations, "add");
      const reads = of(operations, "read").filter(ok);
      const counts = { lost: 0, stale: 0, phantom: 0, duplicated: 0 };
      let evidence = false;
      // Who lacks something while more is added may only be behind.
      let behind = false;
      for (const read of reads) {
        const values = list(read.result);
        counts.duplicated += values.length - new Set(values).size;
        for (const value of new Set(values)) {
          const added = adds.filter((add) => add.argument === value && notFailed(add));
          if (!added.some(({ begin }) => begin < read.end)) counts.phantom++;
        }
      }
      for (const element of new Set(adds.filter(notFailed).map(({ argument }) => argument))) {
        const saw = (read: Played): boolean => list(read.result).includes(element);
        const sightings = reads.filter(saw);
        const known = least([
          ...adds.filter((add) => add.argument === element && ok(add)).map(({ end }) => end),
          ...sightings.map(({ end }) => end),
        ]);
        const later = reads.filter(({ begin }) => begin > known);
        if (later.length > 0) evidence = true;
        const missed = last(later.filter((read) => !saw(read)));
        if (missed === undefined) continue;
        if (gone(reads, saw) && sightings.every(({ end }) => end < missed.begin)) {
          if (promise === "linearizable" || adds.every((add) => over(add) < missed.begin)) counts.lost++;
          else behind = true;
        } else if (promise === "linearizable") counts.stale++;
      }
      return { counts, evidence: evidence && !behind };
    },
    { true: 0.1, false: 0.1, unknown: 0.02, lost: 0.02, stale: 0.02, phantom: 0.02, duplicated: 0.005 },
  );
});

test("queues", () => {
  const object: SmallObject<number[]> = {
    initial: () => [],
    begin: (_, a, b) =>
      a < 3
        ? { f: "enqueue", value: b }
        : a === 3
          ? { f: "drain", value: null }
          : { f: "dequeue", value: null },
    happen(state, { f, argument }) {
      if (f === "enqueue") {
        state.push(Number(argument));
        return argument;
      }
      return f === "drain" ? state.splice(0) : (state.shift() ?? null);
    },
    lie(state, { f, argument }, a, b) {
      if (f === "enqueue") return argument;
      if (f === "drain") return a < 3 ? [] : [b];
      return a < 2 ? null : a < 4 ? (state[0] ?? null) : b;
    },
  };
  agree(
    object,
    queuePromises,
    (promise) => totalQueue({ promise }),
    (operations, promise) => {
      const counts = { lost: 0, duplicated: 0, unexpected: 0 };
      const enqueues = of(operations, "enqueue");
      const takers = of(operations, "dequeue", "drain").filter(notFailed);
      const given = ({ f, result }: Played): readonly Json[] =>
        f === "drain" ? list(result) : result === null ? [] : [result];
      const unknown = takers.filter((each) => !ok(each) && given(each).length === 0).length;
      const missing: Json[] = [];
      for (const message of new Set([
        ...enqueues.map(({ argument }) => argument),
        ...takers.flatMap(given),
      ])) {
        const put = enqueues.filter((each) => each.argument === message && notFailed(each));
        const times = (who: readonly Played[]): number =>
          who.flatMap(given).filter((each) => each === message).length;
        const taken = times(takers.filter(ok));
        const all = times(takers);
        if (all > 0 && put.length === 0) counts.unexpected++;
        if (put.length > 0) {
          const begun = least(put.map(({ begin }) => begin));
          if (takers.some((each) => given(each).includes(message) && over(each) < begun)) counts.unexpected++;
          if (taken > put.length && promise !== "at-least-once") counts.duplicated++;
        }
        if (put.filter(ok).length > all) missing.push(message);
      }
      const foundNothing = (each: Played): boolean =>
        ok(each) && (each.f === "drain" || (each.f === "dequeue" && each.result === null));
      const quiet = operations.some(
        (each) =>
          foundNothing(each) && operations.every((other) => foundNothing(other) || over(other) < each.begin),
      );
      const acknowledged = enqueues.some(ok);
      if (promise === "at-most-once")
        return {
          counts,
          evidence: acknowledged && takers.some((each) => ok(each) && given(each).length > 0),
        };
      if (missing.length > unknown && quiet) counts.lost = missing.length;
      return { counts, evidence: acknowledged && (missing.length <= unknown || quiet) };
    },
    { true: 0.1, false: 0.1, unknown: 0.05, lost: 0.002, duplicated: 0.01, unexpected: 0.05 },
  );
});

test("counters", () => {
  const object: SmallObject<{ value: number }> = {
    initial: () => ({ value: 0 }),
    begin: (_, a, b) => (a < 3 ? { f: "add", value: b - 2 } : { f: "read", value: null }),
    happen(state, { f, argument }) {
      if (f === "read") return state.value;
      state.value += Number(argument);
      return argument;
    },
    lie: (state, { f, argument }, a, b) => (f === "add" ? argument : state.value + a - b),
  };
  agree(
    object,
    counterPromises,
    (promise) => counterBounds({ promise }),
    (operations, promise) => {
      const counts = { "below-bounds": 0, "above-bounds": 0 };
      const adds = of(operations, "add").filter(notFailed);
      const reads = of(operations, "read").filter(ok);
      let evidence = false;
      /** Every value that some of the additions that may count can make, together with all that must. */
      const makes = (read: Played, must: (add: Played) => boolean): number[] => {
        let values = [0];
        for (const add of adds) {
          if (add.begin > read.end) continue;
          const added = values.map((value) => value + Number(add.argument));
          values = must(add) ? added : [...values, ...added];
        }
        return values;
      };
      const within = (value: number, values: readonly number[]): boolean =>
        value >= Math.min(...values) && value <= Math.max(...values);
      const isFinal = (read: Played): boolean => adds.every((add) => over(add) < read.begin);
      const before = (read: Played) => (add: Played) => ok(add) && add.end < read.begin;
      const complete = reads.some(
        (read) => isFinal(read) && within(Number(read.result), makes(read, before(read))),
      );
      for (const read of reads) {
        const strict = promise !== "eventual";
        const must = strict || (isFinal(read) && !complete) ? before(read) : () => false;
        const values = makes(read, must);
        if (Number(read.result) < Math.min(...values)) counts["below-bounds"]++;
        else if (Number(read.result) > Math.max(...values)) counts["above-bounds"]++;
        if ((strict || isFinal(read)) && adds.some(before(read))) evidence = true;
      }
      return { counts, evidence };
    },
    { true: 0.1, false: 0.1, unknown: 0.05, "below-bounds": 0.05, "above-bounds": 0.05 },
  );
});

test("logs", () => {
  const object: SmallObject<number[]> = {
    initial: () => [],
    begin: (state, a, b) =>
      a < 3
        ? { f: a === 0 ? "send" : "append", value: b }
        : { f: "poll", value: Math.max(0, Math.min(state.length, b) - a + 3) },
    happen(state, { f, argument }, a) {
      if (f !== "poll")
        return a === 5 ? (state.push(Number(argument)), null) : state.push(Number(argument)) - 1;
      const from = Number(argument);
      return state.slice(from, from + 1 + a).map((message, i) => [from + i, message]);
    },
    lie(state, { f, argument }, a, b) {
      const from = Number(argument);
      if (f !== "poll") return b;
      const all: Json[][] = state.map((message, offset) => [offset, message]).slice(from);
      if (a === 0) return [];
      if (a === 1) return [...all, [state.length, b]];
      if (a === 2) return all.toReversed();
      return all.filter((_, i) => i !== b);
    },
  };
  agree(
    object,
    logPromises,
    (promise) => partitionedLog({ promise }),
    (operations, promise) => {
      const counts: Record<string, number> = {
        "lost-write": 0,
        "poll-skip": 0,
        stale: 0,
        "inconsistent-offsets": 0,
        duplicate: 0,
        phantom: 0,
        "nonmonotonic-poll": 0,
        "nonmonotonic-append": 0,
      };
      const count = (type: string): void => void (counts[type] = (counts[type] ?? 0) + 1);
      let evidence = false;
      let behind = false;
      const appends = of(operations, "append", "send");
      const polls = of(operations, "poll").filter(ok);
      const records = ({ result }: Played): (readonly [number, Json])[] =>
        list(result).map((record) => [Number(list(record)[0]), list(record)[1] ?? null]);
      const told = appends.filter((each) => ok(each) && each.result !== null);
      const entries = new Map<string, readonly [number, Json]>();
      for (const entry of [
        ...told.map(({ result, argument }) => [Number(result), argument] as const),
        ...polls.flatMap(records),
      ])
        entries.set(JSON.stringify(entry), entry);
      const all = [...entries.values()];
      for (const offset of new Set(all.map(([each]) => each)))
        all
          .filter(([each]) => each === offset)
          .slice(1)
          .forEach(() => count("inconsistent-offsets"));
      for (const message of new Set(all.map(([, each]) => each))) {
        const tried = appends.filter((each) => each.argument === message && notFailed(each));
        const places = all.filter(([, each]) => each === message).length;
        if (tried.length > 0 && places > tried.length && promise !== "at-least-once") count("duplicate");
        const firstSeen = least(
          polls.filter((poll) => records(poll).some(([, each]) => each === message)).map(({ end }) => end),
        );
        if (firstSeen < Infinity && !tried.some(({ begin }) => begin < firstSeen)) count("phantom");
      }
      for (const poll of polls) {
        const offsets = records(poll).map(([offset]) => offset);
        const from = Number(poll.argument);
        if (offsets.some((offset, i) => offset < from || offset <= (offsets[i - 1] ?? -1)))
          count("nonmonotonic-poll");
      }
      for (const later of told)
        if (
          told.some(
            (earlier) =>
              earlier.end < later.begin &&
              (promise === "linearizable" || earlier.process === later.process) &&
              Number(earlier.result) > Number(later.result),
          )
        )
          count("nonmonotonic-append");
      for (const [offset, message] of all) {
        const saw = (poll: Played): boolean =>
          records(poll).some(([at, each]) => at === offset && each === message);
        const known = least([
          ...told.filter((each) => each.argument === message && each.result === offset).map(({ end }) => end),
          ...polls.filter(saw).map(({ end }) => end),
        ]);
        const looked = polls.filter((poll) => {
          const offsets = records(poll).map(([at]) => at);
          return Number(poll.argument) <= offset && (offsets.length === 0 || Math.max(...offsets) >= offset);
        });
        const later = looked.filter(({ begin }) => begin > known);
        if (later.length > 0) evidence = true;
        const misses = later.filter((poll) => !saw(poll));
        const missed = last(misses);
        if (missed === undefined) continue;
        const sightings = polls.filter(saw);
        const skips = misses.some((poll) => records(poll).length > 0);
        if (gone(looked, saw) && sightings.every(({ end }) => end < missed.begin)) {
          const settled = appends.every((append) => over(append) < missed.begin);
          if (promise === "linearizable" || skips || settled) count("lost-write");
          else behind = true;
        } else if (skips) count("poll-skip");
        else if (promise === "linearizable") count("stale");
      }
      const unplaced = appends.some(
        (each) => ok(each) && !all.some(([, message]) => message === each.argument),
      );
      return { counts, evidence: evidence && !unplaced && !behind };
    },
    {
      true: 0.05,
      false: 0.1,
      unknown: 0.05,
      "lost-write": 0.01,
      "poll-skip": 0.01,
      stale: 0.002,
      "inconsistent-offsets": 0.01,
      duplicate: 0.004,
      phantom: 0.01,
      "nonmonotonic-poll": 0.01,
      "nonmonotonic-append": 0.01,
    },
  );
});

test("generators of ids", () => {
  const object: SmallObject<{ next: number }> = {
    initial: () => ({ next: 0 }),
    begin: () => ({ f: "generate", value: null }),
    happen: (state) => state.next++,
    lie: (_, __, a) => a,
  };
  agree(
    object,
    ["none"],
    () => uniqueIds,
    (operations) => {
      const ids = operations.filter(ok).map(({ result }) => result);
      return { counts: { "duplicate-id": ids.length - new Set(ids).size }, evidence: ids.length >= 2 };
    },
    { true: 0.1, false: 0.1, unknown: 0.02 },
  );
});
