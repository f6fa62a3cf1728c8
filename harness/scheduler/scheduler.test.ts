import { describe, expect, it } from "vitest";
import {
  any,
  clients,
  cycle,
  filter,
  GeneratorError,
  limit,
  log,
  map,
  mix,
  nemesis,
  phases,
  repeat,
  sequence,
  sleep,
  stagger,
  timeLimit,
  type Generator,
  type Plan,
} from "../../workloads/generators/index.ts";
import { Scheduler, type Step } from "./scheduler.ts";
import { imperfect, perfect, perfectInfo, simulate, type SimulatedSystem } from "./simulate.ts";
import { alone, lines } from "./testing/schedules.ts";

const read = { f: "read" };

function scheduler(plan: Plan, concurrency = 2, withNemesis = false): Scheduler {
  return new Scheduler({ generator: plan, concurrency, seed: 1, withNemesis });
}

function dispatched(step: Step): { thread: number | "nemesis"; process: number | string; f: string } {
  if (step.kind !== "dispatch") throw new Error(`expected a dispatch, found ${step.kind}`);
  const { thread, process, f } = step.operation;
  return { thread, process, f };
}

/** What it says at 10 ns, having been asked so many times before. */
const askedTimes = (times: number): Step => {
  const driven = scheduler([sleep(10), mix([repeat({ f: "a" }), repeat({ f: "b" })])], 5);
  for (let i = 0; i < times; i++) driven.next(0);
  return driven.next(10);
};

describe("the scheduler", () => {
  it("dispatches while there are threads, waits for completions, and is done when all are in", () => {
    const driven = scheduler(limit(3, repeat(read)));
    const first = dispatched(driven.next(0));
    expect(driven.next(0).kind).toBe("dispatch");
    expect(driven.next(0)).toEqual({ kind: "wait" });
    expect(driven.outstanding).toBe(2);
    driven.complete(first.thread, { type: "ok", value: 4 }, 5);
    expect(dispatched(driven.next(5)).thread).toBe(first.thread);
    expect(driven.next(5)).toEqual({ kind: "wait" });
    expect(driven.openOperations().map(({ time }) => time)).toEqual([0, 5]);
    for (const { thread } of driven.openOperations()) driven.complete(thread, { type: "ok" }, 6);
    expect(driven.next(6)).toEqual({ kind: "done" });
    expect(driven.next(7)).toEqual({ kind: "done" });
  });

  it("says until when to wait", () => {
    const driven = scheduler([sleep(50), read]);
    expect(driven.next(3)).toEqual({ kind: "wait", until: 53 });
    expect(driven.next(52)).toEqual({ kind: "wait", until: 53 });
    expect(driven.next(53).kind).toBe("dispatch");
  });

  it("keeps the value of the invocation unless the completion has one", () => {
    const write: Plan = repeat({ f: "write", value: 7, key: "x" });
    const driven = scheduler(write, 1);
    driven.next(0);
    expect(driven.complete(0, { type: "ok" }, 1)).toEqual({
      thread: 0,
      process: 0,
      f: "write",
      key: "x",
      time: 1,
      type: "ok",
      value: 7,
      retired: false,
    });
    driven.next(1);
    expect(driven.complete(0, { type: "ok", value: null }, 2).value).toBe(null);
  });

  it("retires a process with info, and when it is told to; the thread goes on under a new one", () => {
    const driven = scheduler(repeat(read), 1);
    const ends = [
      { type: "info" },
      { type: "fail" },
      { type: "ok", endProcess: true },
      { type: "ok" },
    ] as const;
    const processes = ends.map((end, time) => {
      const { process } = dispatched(driven.next(time));
      return [process, driven.complete(0, end, time).retired];
    });
    expect(processes).toEqual([
      [0, true],
      [1, false],
      [1, true],
      [2, false],
    ]);
  });

  it("gives retired threads process + concurrency", () => {
    const driven = scheduler(repeat(read), 3);
    for (let i = 0; i < 3; i++) driven.next(0);
    driven.complete(1, { type: "info" }, 1);
    expect(dispatched(driven.next(1))).toEqual({ thread: 1, process: 4, f: "read" });
  });

  it("never retires the nemesis", () => {
    const driven = scheduler(nemesis(repeat({ f: "kill" })), 2, true);
    for (let time = 0; time < 3; time++) {
      expect(dispatched(driven.next(time))).toEqual({ thread: "nemesis", process: "nemesis", f: "kill" });
      expect(driven.complete("nemesis", { type: "info" }, time).retired).toBe(false);
    }
  });

  it("hands on what generators log", () => {
    const driven = scheduler([log("hello"), read]);
    expect(driven.next(9)).toEqual({ kind: "log", message: "hello", time: 9 });
    expect(driven.next(9).kind).toBe("dispatch");
  });

  it("asked twice at the same point says the same, and changes nothing", () => {
    expect(askedTimes(1)).toEqual(askedTimes(7));
  });

  it("drained, it goes on with the final plan only, and waits for what is open", () => {
    const driven = scheduler(clients(repeat(read)), 2, true);
    const { thread } = dispatched(driven.next(0));
    driven.drain(nemesis({ f: "heal" }));
    expect(dispatched(driven.next(1)).f).toBe("heal");
    expect(driven.next(1)).toEqual({ kind: "wait" });
    driven.complete("nemesis", { type: "info" }, 2);
    expect(driven.next(2)).toEqual({ kind: "wait" });
    driven.complete(thread, { type: "ok" }, 3);
    expect(driven.next(3)).toEqual({ kind: "done" });
  });

  it("can be drained with nothing to follow", () => {
    const driven = scheduler(repeat(read));
    driven.drain();
    expect(driven.next(0)).toEqual({ kind: "done" });
  });

  it("refuses what its driver must not do", () => {
    const driven = scheduler(repeat(read), 1);
    driven.next(5);
    expect(() => driven.next(4)).toThrow("time does not go back: 4 ns after 5 ns");
    expect(() => driven.next(Number.NaN)).toThrow("time does not go back");
    expect(() => driven.complete("nemesis", { type: "info" }, 6)).toThrow(
      "no operation is open on thread nemesis",
    );
    driven.complete(0, { type: "ok" }, 6);
    expect(() => driven.complete(0, { type: "ok" }, 6)).toThrow("no operation is open on thread 0");
    expect(() => scheduler(read, -1)).toThrow(/number of client threads/);
  });
});

/** A generator that answers with whatever it is given, as one written without types might. */
const answering = (answer: unknown): Generator => {
  const given = answer as ReturnType<Generator["next"]>;
  const self: Generator = { next: () => given, update: () => self };
  return self;
};
const proposing = (operation: unknown): Generator =>
  answering({ kind: "operation", operation, generator: answering({ kind: "done" }) });
const message = (plan: Plan): string => {
  try {
    scheduler(plan).next(10);
  } catch (error) {
    if (error instanceof GeneratorError) return error.message;
    throw error;
  }
  return "no error";
};

const throwing: Plan = () => {
  throw new TypeError("no such account");
};

describe("a bad answer of a generator", () => {
  it.each([
    [{ f: "", value: 1, thread: 0 }, "expected a function name in f"],
    [{ f: 3, value: 1, thread: 0 }, "expected a function name in f"],
    [{ f: "a", value: undefined, thread: 0 }, "expected value to be JSON"],
    [{ f: "a", value: [1, { x: Number.NaN }], thread: 0 }, "expected value[1].x to be JSON"],
    [{ f: "a", value: new Map(), thread: 0 }, "expected value to be JSON"],
    [{ f: "a", value: 1, key: 1n, thread: 0 }, "expected key to be JSON"],
    [{ f: "a", value: 1, thread: 7 }, "expected a thread among 0, 1"],
    [{ f: "a", value: 1, thread: "nemesis" }, "expected a thread among 0, 1"],
    [null, "expected a proposal"],
  ])("is refused with what was expected and found: %s", (operation, expected) => {
    expect(message(proposing(operation))).toContain(expected);
    expect(message(proposing(operation))).toContain("found the proposal");
  });

  it.each([
    [undefined, "expected an answer, found undefined"],
    [{ kind: "perhaps" }, 'expected operation, log, pending or done, found {"kind":"perhaps"}'],
    [{ kind: "pending", until: 10, generator: repeat(read) }, "expected pending until a time after 10 ns"],
    [{ kind: "log", message: 3, generator: repeat(read) }, "expected a message to log"],
    [{ kind: "pending", until: 11, generator: {} }, "expected a generator to follow the answer"],
  ])("is refused whatever it is: %s", (answer, expected) => {
    expect(message(answering(answer))).toContain(expected);
  });

  it("is refused when its thread is busy", () => {
    const driven = scheduler(sequence(repeat(2, proposing({ f: "a", value: 1, thread: 1 }))));
    driven.next(0);
    expect(() => driven.next(0)).toThrow(/expected a thread that is free, found the proposal .*"thread":1/);
  });

  it("is told with the path to the generator that gave it", () => {
    const bad = proposing({ f: "a", value: 1, thread: 7 });
    expect(message(any(sleep(99), clients(phases([], mix([bad])))))).toMatch(
      /^Generator any\[1\] > clients > sequence\[1\] > synchronize > mix\[0\]: expected a thread among 0, 1, found/,
    );
  });

  it("is told with the path also when a function threw", () => {
    expect(message(limit(2, mix([throwing])))).toBe(
      "Generator limit > mix[0] > function: threw TypeError: no such account",
    );
    const broken = map(() => {
      throw new Error("oops");
    }, repeat(read));
    expect(message([broken])).toBe("Generator sequence[0] > map: threw Error: oops");
  });

  it("is an endless loop when nothing ever comes of it", () => {
    expect(message(filter(() => false, repeat(read)))).toMatch(/filter: expected to accept one of/);
    expect(message(() => [])).toMatch(/function: expected an operation in 10000 calls/);
    const driven = scheduler(cycle(log("again")));
    expect(() => {
      for (let i = 0; i < 20_000; i++) driven.next(0);
    }).toThrow(/10000 messages in a row/);
  });

  it("is a wait for ever when nothing is open that could end it", () => {
    expect(message(nemesis({ f: "kill" }))).toMatch(/found a wait for completions while none is to come/);
  });

  it("is refused by combinators that are called wrongly", () => {
    expect(() => limit(-1, read)).toThrow("Generator limit: expected an integer of at least 0, found -1");
    expect(() => sleep(Number.NaN)).toThrow(
      "Generator sleep: expected a duration of at least 0 ns, found NaN",
    );
    expect(() => mix([read], [1, 2])).toThrow("Generator mix: expected 1 weights, found 2");
    expect(() => limit(1, 5 as unknown as Plan)).toThrow(
      /expected a generator, operation, function or array/,
    );
  });
});

const mixture = (): Plan =>
  limit(12, clients(mix([repeat({ f: "read" }), ({ random }) => ({ f: "write", value: random.int(5) })])));

const schedule = (seed: string): string[] => lines(simulate(mixture(), { seed, system: imperfect() }));

describe("a seed", () => {
  it("gives the same schedule in every version", () => {
    expect(lines(simulate(mixture(), { seed: "rashomon", system: imperfect() }))).toMatchInlineSnapshot(`
      [
        "0 1 invoke write 0",
        "0 0 invoke read",
        "10 1 ok write 0",
        "10 0 ok read",
        "10 0 invoke write 2",
        "10 1 invoke read",
        "30 0 info write 2",
        "30 1 info read",
        "30 3 invoke read",
        "30 2 invoke read",
        "60 3 fail read",
        "60 2 fail read",
        "60 2 invoke write 2",
        "60 3 invoke read",
        "70 2 ok write 2",
        "70 3 ok read",
        "70 2 invoke write 0",
        "70 3 invoke read",
        "90 2 info write 0",
        "90 3 info read",
        "90 5 invoke read",
        "90 4 invoke write 4",
        "120 5 fail read",
        "120 4 fail write 4",
      ]
    `);
  });

  it("hurts a system in the same way however its clients fare", () => {
    const faults = stagger(20, ({ random }) => ({ f: "kill", value: random.int(1000) }));
    const killed = (system: SimulatedSystem): string[] =>
      lines(
        simulate(timeLimit(2000, clients(repeat(read), faults)), {
          system: (operation, count) =>
            operation.thread === "nemesis" ? { type: "info", latency: 1 } : system(operation, count),
          operations: 10_000,
          concurrency: 3,
        }),
      ).filter((line) => line.includes("kill"));
    expect(killed(perfect).length).toBeGreaterThan(100);
    expect(killed(perfectInfo)).toEqual(killed(perfect));
    expect(killed(imperfect())).toEqual(killed(perfect));
  });

  it("gives the same schedule whenever it is asked, another seed another one", () => {
    expect(schedule("a")).toEqual(schedule("a"));
    expect(schedule("a")).not.toEqual(schedule("b"));
    expect(lines(simulate(limit(2, repeat(read)), alone))).toHaveLength(4);
  });
});
