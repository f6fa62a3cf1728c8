import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, it, vi } from "vitest";

import { runChecks } from "../checkers/index.ts";
import type { OnlineViolation } from "../checkers/linearizability/online/online-linearizability.ts";
import { openRun } from "../histories/index.ts";
import type { Operation } from "../histories/operation.ts";
import { readJournals, journalDirectory } from "./journal.ts";
import { runTest } from "./run-test.ts";
import { planTest } from "./test-plan.ts";
import { notWatched, Watch } from "./watch.ts";

const checks = [{ checker: "linearizable", model: "register" }, { checker: "stats" }];

/** A write of 1 and a read of what is given, one event a millisecond. */
function eventsWith(read: number): Operation[] {
  const events = [
    ["invoke", "write", 1],
    ["ok", "write", 1],
    ["invoke", "read", null],
    ["ok", "read", read],
  ] as const;
  return events.map(([type, f, value], index) => ({ index, time: index * 1e6, process: 0, type, f, value }));
}

describe("a run that is watched", () => {
  it("is told of a violation while it goes on, and how late", async () => {
    const found: [OnlineViolation, number][] = [];
    const watch = new Watch({ checks, now: () => 9e6, found: (...what) => found.push(what) });
    for (const operation of eventsWith(2)) watch.record(operation);
    expect(found).toEqual([]);
    await sleep(50);
    const violation = { process: 0, f: "read", invocation: 2, completion: 3, time: 3e6 };
    expect(found).toEqual([[violation, 9e6]]);
    expect(watch.finish()).toEqual({
      model: "register",
      objects: 1,
      undecided: 0,
      violation: { ...violation, detected: 9e6 },
    });
    expect(found.length).toBe(1);
  });

  it("is judged to its end, also where events are left and calls are open", () => {
    const found: OnlineViolation[] = [];
    const watch = new Watch({ checks, now: () => 9e6, found: (violation) => found.push(violation) });
    watch.record({ index: 0, time: 0, process: 7, type: "invoke", f: "read", value: null });
    for (const { index, ...operation } of eventsWith(2)) watch.record({ ...operation, index: index + 1 });
    watch.record({ index: 5, time: 5e6, process: "nemesis", type: "info", f: "start", value: null });
    expect(watch.finish().violation?.completion).toBe(4);
    expect(found.length).toBe(1);
    const sound = new Watch({ checks, now: () => 9e6, found: (violation) => found.push(violation) });
    for (const operation of eventsWith(1)) sound.record(operation);
    expect(sound.finish()).toEqual({ model: "register", objects: 1, undecided: 0 });
    expect(found.length).toBe(1);
  });

  it("is judged in slices, so that clients get their turns", async () => {
    let clock = 0;
    const watch = new Watch({ checks, now: () => (clock += 1e6), found: () => undefined });
    for (let i = 0; i < 40_000; i++) {
      const read = eventsWith(1)[2 + (i % 2)]!;
      watch.record({ ...read, index: i, time: i, value: null });
    }
    await vi.waitFor(() => expect(clock).toBeGreaterThan(100e6));
    expect(watch.finish()).toEqual({ model: "register", objects: 1, undecided: 0 });
  });

  it("is watched only where a check can go along with it", () => {
    expect(notWatched(checks)).toBeUndefined();
    expect(notWatched([{ checker: "stats" }])).toMatch(/no check of this workload/);
    const queue = [{ checker: "linearizable", model: "fifo-queue" }];
    expect(notWatched(queue)).toMatch(/fifo-queue is not a register/);
    expect(() => new Watch({ checks: queue, now: () => 0, found: () => undefined })).toThrow(/fifo-queue/);
  });
});

describe("a run that ends at the first violation", () => {
  it("is over early, with everything healed, and the final verdict agrees", async () => {
    const store = mkdtempSync(join(tmpdir(), "rashomon-watch-"));
    const notes: string[] = [];
    const plan = planTest(
      {
        system: "paxos",
        mutant: "local-reads",
        nodes: 3,
        seed: "2",
        seconds: 40,
        interval: 2,
        faults: ["partition"],
        whileRunning: "stop",
      },
      { versions: {}, started: "2026-01-02T03:04:05.678Z" },
    );
    expect(plan.description.command).toMatch(/ --check-while-running --stop-at-violation$/);
    const { folder, interrupted, whileRunning } = await runTest(plan, store, {
      note: (note) => notes.push(note),
    });
    const violation = whileRunning?.violation;
    expect(violation?.stopped).toBe(true);
    expect(interrupted).toBe(false);
    expect(notes.filter((note) => /found while running \d+ ms later; healing/.test(note)).length).toBe(1);
    expect(readJournals(journalDirectory(store))).toEqual([]);

    const history = await (await openRun(folder)).history();
    expect(history.operation(history.length - 1).time).toBeLessThan(39e9);
    const completion = history.operation(violation?.completion ?? -1);
    expect([completion.type, completion.time]).toEqual(["ok", violation?.time]);
    expect(violation?.detected).toBeGreaterThanOrEqual(completion.time);
    const { valid, checks: verdicts } = runChecks(history, plan.description.checks);
    expect(valid).toBe(false);
    // The final check finds the same, at the same operation if not before another outcome was known.
    const same = verdicts
      .flatMap(({ anomalies }) => anomalies)
      .map(({ evidence }) => ({ completion: -1, key: undefined, ...evidence }))
      .find(({ key }) => key === violation?.key);
    expect(same?.completion).toBeGreaterThanOrEqual(violation?.completion ?? Infinity);
  });
});
