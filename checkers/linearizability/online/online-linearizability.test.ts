import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "../../../histories/builder.ts";
import type { History } from "../../../histories/history.ts";
import type { Json } from "../../../histories/json.ts";
import { families } from "../../testing/families.ts";
import { linearizableByBruteForce } from "../../testing/brute-force.ts";
import { onlineBySearch } from "../../testing/online-by-search.ts";
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
    const tired = () => ({ begin: () => undefined, end: () => "undecided" as const, live: 0 });
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
    const model = casRegister();
    const online = new OnlineLinearizability({ model });
    const live: number[] = [];
    let index = 0;
    for (let i = 0; i < 20_000; i++) {
      for (const process of [0, 1]) {
        const f = process === 0 ? "write" : "read";
        const value = process === 0 ? i : null;
        online.record({ index: index++, time: index, process, type: "invoke", f, value });
        if (process === 0) continue;
        online.record({ index: index++, time: index, process: 0, type: "ok", f: "write", value: i });
        online.record({ index: index++, time: index, process, type: "ok", f, value: i });
      }
      if (i % 5000 === 4999) live.push(online.live);
    }
    expect(online.violation).toBeUndefined();
    expect(online.undecided).toBe(0);
    expect(Math.max(...live)).toBeLessThan(400);
  });
});
