import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "../../../histories/builder.ts";
import type { History } from "../../../histories/history.ts";
import type { Json } from "../../../histories/json.ts";
import { families } from "../../testing/families.ts";
import { linearizableByBruteForce } from "../../testing/brute-force.ts";
import { onlineBySearch } from "../../testing/online-by-search.ts";
import { randomOf } from "../../testing/random-registers.ts";
import { smallHistories } from "../../testing/small-histories.ts";
import { check } from "../linearizable.ts";
import { fifoQueue } from "../models/queue.ts";
import { casRegister, register } from "../models/register.ts";
import { onlineJudges } from "./judges.ts";
import { OnlineLinearizability, type OnlineOptions, type OnlineViolation } from "./online-linearizability.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 600);

/** What is found in a history, recorded event by event. */
function watch(history: History, options: OnlineOptions) {
  const online = new OnlineLinearizability(options);
  let found: OnlineViolation | undefined;
  let at = -1;
  for (const operation of history) {
    const violation = online.record(operation);
    if (violation === undefined) continue;
    expect(found).toBeUndefined();
    [found, at] = [violation, operation.index];
  }
  found ??= online.finish();
  return { online, found, at };
}

/** "p1 ok read 3" and so on, one event a millisecond. */
function historyOf(...lines: readonly string[]): History {
  const builder = new HistoryBuilder();
  lines.forEach((line, i) => {
    const [process, type, f, ...rest] = line.split(" ");
    const value: Json = JSON.parse(rest.join(" ") || "null");
    if (type !== "invoke" && type !== "ok" && type !== "fail" && type !== "info") throw new Error(line);
    builder.add({ time: i * 1e6, process: Number(process?.slice(1)), type, f: f ?? "", value });
  });
  return builder.build();
}

const judged = { judges: [onlineBySearch] };

describe("a history watched while it is recorded", () => {
  test("shows a stale read as soon as it returns", () => {
    const history = historyOf(
      "p0 invoke write 1",
      "p0 ok write 1",
      "p0 invoke write 2",
      "p0 ok write 2",
      "p1 invoke read",
      "p1 ok read 1",
      "p1 invoke read",
    );
    const { found, at } = watch(history, { model: register(), ...judged });
    expect(at).toBe(5);
    expect(found).toEqual({ process: 1, f: "read", invocation: 4, completion: 5, time: 5e6 });
  });

  test("waits for the outcome of a call that began before", () => {
    const history = historyOf(
      "p2 invoke write 7",
      "p0 invoke write 1",
      "p0 ok write 1",
      "p1 invoke read",
      "p1 ok read 7",
      "p1 invoke read",
      "p1 ok read 8",
      "p2 fail write 7",
    );
    const { found, at } = watch(history, { model: register(), ...judged });
    expect(at).toBe(7);
    expect(found?.completion).toBe(4);
  });

  test("takes a call for unknown that is open when it ends", () => {
    const lines = ["p0 invoke write 1", "p1 invoke read", "p1 ok read 1"];
    expect(watch(historyOf(...lines), { model: register(), ...judged }).found).toBeUndefined();
    const more = historyOf(...lines, "p1 invoke read", "p1 ok read 2");
    const { found, at } = watch(more, { model: register(), ...judged });
    expect([found?.completion, at]).toEqual([4, -1]);
  });

  test("holds up no object for the calls of another", () => {
    const history = historyOf(
      "p0 invoke write [0, 1]",
      "p1 invoke write [1, 1]",
      "p1 ok write [1, 1]",
      "p1 invoke read [1, null]",
      "p1 ok read [1, 2]",
    );
    const { found, at } = watch(history, { model: register(), keyed: true, ...judged });
    expect([found?.key, at]).toEqual([1, 4]);
  });

  test("is left to the final check where the model is no register, and where no judge goes on", () => {
    expect(() => new OnlineLinearizability({ model: fifoQueue() })).toThrow(/fifo-queue is not a register/);
    const tired = () => ({
      begin: () => undefined,
      end: () => "undecided" as const,
      live: 0,
      values: () => [],
      rest: undefined,
    });
    const history = historyOf("p0 invoke write 1", "p0 ok write 1", "p0 invoke read", "p0 ok read 2");
    const { online, found } = watch(history, { model: register(), judges: [tired] });
    expect([found, online.undecided, online.live]).toEqual([undefined, 1, 0]);
    expect(watch(history, { model: register(), judges: [tired, onlineBySearch] }).found?.completion).toBe(3);
  });
});

const registers = Object.entries(families).filter(([, { model }]) => model.structure?.kind === "register");

describe.each([
  ["the slow judge", [onlineBySearch]],
  ["the judges", onlineJudges],
] as const)("by %s", (_, judges) => {
  test.each(registers)("random histories of a %s are judged as by definition", (name, family) => {
    const counts = { valid: 0, invalid: 0, undecided: 0 };
    fc.assert(
      fc.property(smallHistories(family, 8, 1), (history) => {
        const expected = linearizableByBruteForce(history, family.model);
        const { online, found } = watch(history, { model: family.model, judges });
        if (online.undecided > 0) counts.undecided++;
        else expect(found === undefined, name).toBe(expected);
        // However little a judge can do, it never tells of a violation that is none.
        if (found === undefined) return void counts.valid++;
        counts.invalid++;
        expect(expected).toBe(false);
        const [anomaly] = check(history, { model: family.model }).anomalies;
        expect(found.completion).toBeLessThanOrEqual(until(anomaly));
      }),
      { numRuns: Runs },
    );
    expect(counts.valid).toBeGreaterThan(Runs * 0.3);
    expect(counts.invalid).toBeGreaterThan(Runs * 0.1);
    expect(counts.undecided).toBe(0);
  });
});

/** The completion that ends the shortest impossible prefix. */
function until(anomaly: { readonly evidence?: object } | undefined): number {
  const { evidence } = anomaly ?? {};
  return evidence !== undefined && "completion" in evidence ? Number(evidence.completion) : NaN;
}

describe("what is kept", () => {
  test("does not grow with the values that come and go", () => {
    const online = new OnlineLinearizability({ model: casRegister() });
    const live = alternate(online, 20_000, (i) => ({ value: i }));
    expect(online.undecided).toBe(0);
    expect(Math.max(...live)).toBeLessThan(400);
  });

  test("does not grow with texts that come and go", () => {
    const online = new OnlineLinearizability({ model: casRegister() });
    const live = alternate(online, 20_000, (i) => ({ value: `text ${i}` }));
    expect(online.undecided).toBe(0);
    expect(Math.max(...live)).toBeLessThan(700);
  });

  test("is one value of an object at rest", () => {
    const online = new OnlineLinearizability({ model: casRegister() });
    const live = alternate(online, 20_000, (i) => ({ key: i % 5000, value: i < 10_000 ? null : i }));
    expect(online.objects).toBe(5000);
    expect(online.undecided).toBe(0);
    expect(Math.max(...live)).toBeLessThan(256 * 20);
    online.record({ index: 0, time: 0, process: 0, type: "invoke", f: "read", key: 17, value: null });
    const stale = { index: 1, time: 1, process: 0, type: "ok", f: "read", key: 17, value: 10_017 } as const;
    expect(online.record(stale)?.key).toBe(17);
  });
});

describe("objects that rest whenever they can", () => {
  test.each([
    ["distinct values", 1000],
    ["few values", 2],
  ])("are judged as if they did not, with %s", (_, values) => {
    const counts = { valid: 0, invalid: 0, undecided: 0 };
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const history = keyedHistory(seed, values);
        const { anomalies } = check(history, { model: casRegister() });
        const { online, found } = watch(history, { model: casRegister(), fewObjects: 0 });
        if (online.undecided > 0) counts.undecided++;
        expect(found === undefined).toBe(anomalies.length === 0);
        counts[found === undefined ? "valid" : "invalid"]++;
      }),
      { numRuns: Runs },
    );
    expect(counts.undecided).toBe(0);
    expect(counts.valid).toBeGreaterThan(0.25 * Runs);
    expect(counts.invalid).toBeGreaterThan(0.25 * Runs);
  });
});

/** Rounds of a write and a read at once; how much is kept, every now and then. */
function alternate(
  online: OnlineLinearizability,
  rounds: number,
  operand: (round: number) => { readonly key?: number; readonly value: Json },
): number[] {
  const live: number[] = [];
  let index = 0;
  const record = (process: number, type: "invoke" | "ok", f: string, key: object, value: Json): void => {
    online.record({ index: index++, time: index, process, type, f, ...key, value });
  };
  for (let round = 0; round < rounds; round++) {
    const { value, ...key } = operand(round);
    record(0, "invoke", "write", key, value);
    record(1, "invoke", "read", key, null);
    record(0, "ok", "write", key, value);
    record(1, "ok", "read", key, value);
    if (round % 50 === 0) live.push(online.live);
  }
  expect(online.violation).toBeUndefined();
  return live;
}

/** Some clients on some cas-registers; now and then a result is a lie. */
function keyedHistory(seed: number, values: number): History {
  const random = randomOf(seed);
  const below = (n: number): number => Math.floor(n * random());
  const builder = new HistoryBuilder();
  const states: Json[] = [null, null, null];
  const clients: (
    { f: string; key: number; value: Json; result: Json; done: boolean; failed: boolean } | undefined
  )[] = [];
  const processes = [0, 1, 2];
  let time = 0;
  let written = 0;
  const lies = 0.15 * random();
  for (let step = 0; step < 120; step++) {
    const at = below(3);
    const process = processes[at]!;
    const client = clients[at];
    if (client === undefined) {
      if (step > 100) continue;
      const key = below(states.length);
      const f = ["read", "write", "cas"][below(3)]!;
      const next = values > 10 ? ++written : below(values);
      const value = f === "read" ? null : f === "write" ? next : [states[key]!, next];
      clients[at] = { f, key, value, result: value, done: false, failed: false };
      builder.add({ time: time++, process, type: "invoke", f, key, value });
    } else if (!client.done) {
      const { f, key, value } = client;
      client.done = true;
      if (f === "read")
        client.result = random() < lies ? below(values > 10 ? written : values) : states[key]!;
      else if (f === "write") states[key] = value;
      else if (Array.isArray(value) && states[key] === value[0]) states[key] = value[1];
      else client.failed = true;
    } else {
      const { f, key, value, result, failed } = client;
      clients[at] = undefined;
      const type = failed ? "fail" : random() < 0.03 ? "info" : "ok";
      if (type === "info") processes[at]! += 3;
      builder.add({ time: time++, process, type, f, key, value: type === "ok" ? result : value });
    }
  }
  return builder.build();
}
