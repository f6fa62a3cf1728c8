import { describe, expect, it } from "vitest";
import { HistoryBuilder, type OperationDraft } from "../../histories/index.ts";
import type { Completion } from "../../systems/contracts/client.ts";
import {
  clients,
  limit,
  log,
  nemesis,
  repeat,
  sleep,
  stagger,
  type Plan,
} from "../../workloads/generators/index.ts";
import { monotonicClock, type Clock } from "./clock.ts";
import { interpret, type InterpreterOptions } from "./interpreter.ts";
import { Scheduler, type Dispatch } from "./scheduler.ts";
import { quick } from "./simulate.ts";
import { invocations } from "./testing/schedules.ts";

/** A clock that goes on only when everybody waits, and then straight to the next moment somebody waits for. */
class VirtualClock implements Clock {
  #now = 0;
  #alarms: { readonly time: number; readonly ring: () => void }[] = [];
  #armed = false;

  now(): number {
    return this.#now;
  }

  at(time: number, ring: () => void): () => void {
    const alarm = { time, ring };
    this.#alarms.push(alarm);
    this.#arm();
    return () => {
      this.#alarms = this.#alarms.filter((each) => each !== alarm);
    };
  }

  after(duration: number): Promise<void> {
    return new Promise((resolve) => this.at(this.#now + duration, resolve));
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    // After all that is ready: what is still waited for then, is waited for.
    setImmediate(() => {
      this.#armed = false;
      const next = this.#alarms.toSorted((a, b) => a.time - b.time)[0];
      if (next === undefined) return;
      this.#alarms = this.#alarms.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.time);
      next.ring();
      if (this.#alarms.length > 0) this.#arm();
    });
  }
}

type Answer = (operation: Dispatch, clock: VirtualClock) => Promise<Completion>;

interface Run {
  /** The events, one a line: `<time> <process> <type> <f> [<error as JSON>]`. */
  readonly lines: string[];
  readonly events: OperationDraft[];
  readonly logs: string[];
}

async function run(
  plan: Plan,
  answer: Answer,
  options: InterpreterOptions & { concurrency?: number; during?: (clock: VirtualClock) => void } = {},
): Promise<Run> {
  const { concurrency = 1, during } = options;
  const clock = new VirtualClock();
  const events: OperationDraft[] = [];
  const logs: string[] = [];
  const scheduler = new Scheduler({ generator: plan, concurrency, seed: 1 });
  during?.(clock);
  await interpret(
    scheduler,
    {
      clock,
      invoke: (operation) => answer(operation, clock),
      record: (event) => void events.push(event),
      log: (message, time) => void logs.push(`${time} ${message}`),
    },
    options,
  );
  const lines = events.map(({ time, process, type, f, error }) => {
    return `${time} ${process} ${type} ${f}${error === undefined ? "" : ` ${JSON.stringify(error)}`}`;
  });
  return { lines, events, logs };
}

const read = { f: "read" };
const reads = (count: number): Plan => clients(limit(count, repeat(read)));
const ok: Answer = async (_, clock) => {
  await clock.after(10);
  return { type: "ok", value: 5 };
};
const never: Answer = () => new Promise(() => undefined);

const mixed: Answer = async ({ time }, clock) => {
  await clock.after((time * 7) % 13);
  if (time % 3 === 0) throw new Error("lost");
  return { type: time % 3 === 1 ? "ok" : "fail" };
};

const late: Answer = async ({ process }, clock) => {
  await clock.after(process === 0 ? 155 : 10);
  return { type: process === 0 ? "fail" : "ok" };
};

const slow: Answer = async (_, clock) => {
  await clock.after(60_000_000_000);
  return { type: "info", value: "done" };
};

const stuck: Answer = (operation, clock) => (operation.f === "read" ? never : ok)(operation, clock);

describe("the interpreter", () => {
  it("records the invocation before it happens and the completion after", async () => {
    const { lines, events } = await run(reads(2), ok);
    expect(lines).toEqual(["0 0 invoke read", "10 0 ok read", "10 0 invoke read", "20 0 ok read"]);
    expect(events.map(({ value }) => value)).toEqual([null, 5, null, 5]);
  });

  it("records lawful histories of concurrent clients", async () => {
    const builder = new HistoryBuilder();
    const { events } = await run(reads(200), mixed, { concurrency: 7 });
    for (const event of events) builder.add(event);
    const history = builder.build();
    expect(history.length).toBe(400);
    expect(history.select((i) => history.completion(i) < 0)).toHaveLength(0);
  });

  it("makes info of what a client throws, keeps the error, and retires the process", async () => {
    const failure = Object.assign(new TypeError("connection lost"), { code: "ECONNRESET" });
    const { lines } = await run(reads(2), async (_, clock) => {
      await clock.after(5);
      throw failure;
    });
    expect(lines).toEqual([
      "0 0 invoke read",
      '5 0 info read {"exception":"TypeError","message":"connection lost","code":"ECONNRESET"}',
      "5 1 invoke read",
      '10 1 info read {"exception":"TypeError","message":"connection lost","code":"ECONNRESET"}',
    ]);
  });

  it("makes info also of what is thrown before there is a promise, and of what is no error", async () => {
    const { lines } = await run(reads(2), ({ process }) => {
      if (process === 0) throw new RangeError("at once");
      // eslint-disable-next-line prefer-promise-reject-errors
      return Promise.reject("just text");
    });
    expect(lines.filter((line) => line.includes("info"))).toEqual([
      '0 0 info read {"exception":"RangeError","message":"at once"}',
      '0 1 info read {"exception":"string","message":"just text"}',
    ]);
  });

  it("says fail only when the client does, with the client's error", async () => {
    const { lines } = await run(reads(1), async () => ({ type: "fail", error: ["precondition-failed"] }));
    expect(lines[1]).toBe('0 0 fail read ["precondition-failed"]');
  });

  it("makes info of an answer that is no completion", async () => {
    const { lines } = await run(reads(1), async () => ({ type: "maybe" }) as unknown as Completion);
    expect(lines[1]).toContain("expected a completion of type ok, fail or info");
    expect(lines[1]).toContain(" info ");
  });

  it("makes info of what takes too long, and ignores the late answer", async () => {
    const { lines } = await run(reads(12), late, { timeout: 100 });
    expect(lines.slice(0, 4)).toEqual([
      "0 0 invoke read",
      '100 0 info read "timeout"',
      "100 1 invoke read",
      "110 1 ok read",
    ]);
    // The late answer comes at 155, when the thread does something else.
    expect(lines.filter((line) => line.includes(" 0 "))).toHaveLength(2);
    expect(lines.filter((line) => line.includes("fail"))).toEqual([]);
    expect(lines).toHaveLength(24);
  });

  it("lets the nemesis take its time, unless told otherwise", async () => {
    const plan = nemesis({ f: "kill" });
    expect((await run(plan, slow)).lines).toEqual(["0 nemesis invoke kill", "60000000000 nemesis info kill"]);
    expect((await run(plan, never, { nemesisTimeout: 70 })).lines[1]).toBe('70 nemesis info kill "timeout"');
  });

  it("waits until the time that the plan names", async () => {
    const { lines } = await run([sleep(1000), clients(read)], ok);
    expect(lines[0]).toBe("1000 0 invoke read");
  });

  it("hands on messages, outside the history", async () => {
    const { lines, logs } = await run([log("hello"), sleep(5), log("bye")], ok);
    expect(lines).toEqual([]);
    expect(logs).toEqual(["0 hello", "5 bye"]);
  });

  it("names the node of a thread", async () => {
    const events: OperationDraft[] = [];
    await interpret(new Scheduler({ generator: reads(1), concurrency: 1, seed: 1 }), {
      clock: new VirtualClock(),
      invoke: async () => ({ type: "ok" }),
      record: (event) => void events.push(event),
      node: (thread) => `n${thread}`,
    });
    expect(events.map(({ node }) => node)).toEqual(["n0", "n0"]);
  });

  it("never lets recorded time go back, though the clock may", async () => {
    const readings = [5, 9, 3, 8, 2, 30, 4, 1, 60];
    let reading = 0;
    const events: OperationDraft[] = [];
    const clock: Clock = {
      now: () => readings[reading++ % readings.length] ?? 0,
      at: () => () => undefined,
    };
    await interpret(new Scheduler({ generator: reads(5), concurrency: 2, seed: 1 }), {
      clock,
      invoke: async () => ({ type: "ok" }),
      record: (event) => void events.push(event),
    });
    const times = events.map(({ time }) => time);
    expect(times).toHaveLength(10);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it("rejects when the plan is broken or the recorder fails", async () => {
    const broken: Plan = clients(() => {
      throw new Error("oops");
    });
    await expect(run(broken, ok)).rejects.toThrow("Generator clients > function: threw Error: oops");
    const full = interpret(new Scheduler({ generator: reads(1), concurrency: 1, seed: 1 }), {
      clock: new VirtualClock(),
      invoke: async () => ({ type: "ok" }),
      record: () => {
        throw new Error("no space left");
      },
    });
    await expect(full).rejects.toThrow("no space left");
  });
});

describe("an abort", () => {
  const heal: Plan = nemesis({ f: "heal" });
  const endless: Plan = clients(repeat(read));

  it("dispatches nothing more of the plan, heals, and waits for what is open", async () => {
    const abort = new AbortController();
    const { lines } = await run(endless, ok, {
      concurrency: 2,
      signal: abort.signal,
      finalPlan: heal,
      during: (clock) => void clock.at(25, () => abort.abort()),
    });
    const after = lines.slice(lines.findIndex((line) => line.startsWith("25")));
    expect(after[0]).toBe("25 nemesis invoke heal");
    expect(after.filter((line) => line.includes("invoke read"))).toEqual([]);
    expect(after.filter((line) => line.includes("ok read"))).toHaveLength(2);
    expect(after.at(-1)).toBe("35 nemesis ok heal");
  });

  it("gives up on open operations after the grace period: they are info", async () => {
    const abort = new AbortController();
    const { lines } = await run(endless, stuck, {
      concurrency: 2,
      signal: abort.signal,
      finalPlan: heal,
      grace: 1000,
      during: (clock) => void clock.at(25, () => abort.abort()),
    });
    expect(lines.slice(2)).toEqual([
      "25 nemesis invoke heal",
      "35 nemesis ok heal",
      '1025 0 info read "interrupted"',
      '1025 1 info read "interrupted"',
    ]);
  });

  it("before the start does nothing but heal", async () => {
    const { lines } = await run(endless, ok, { signal: AbortSignal.abort(), finalPlan: heal });
    expect(lines).toEqual(["0 nemesis invoke heal", "10 nemesis ok heal"]);
  });

  it("comes through although every client answers at once", async () => {
    const abort = new AbortController();
    let count = 0;
    setTimeout(() => abort.abort(), 20);
    await interpret(
      new Scheduler({ generator: endless, concurrency: 3, seed: 1 }),
      {
        clock: monotonicClock(),
        invoke: async () => ({ type: "ok" }),
        record: () => void count++,
      },
      { signal: abort.signal },
    );
    expect(count).toBeGreaterThan(0);
    expect(count % 2).toBe(0);
  });
});

describe("the monotonic clock", () => {
  it("wakes at the time or later, in order, and not when revoked", async () => {
    const clock = monotonicClock();
    const woken: string[] = [];
    const revoke = clock.at(2_000_000, () => void woken.push("revoked"));
    await Promise.all(
      [
        ["later", 12_000_000],
        ["soon", 50_000],
        ["past", -1],
        ["middle", 4_000_000],
      ]
        .map(
          ([name, time]) =>
            new Promise<void>((resolve) => {
              clock.at(Number(time), () => {
                expect(clock.now()).toBeGreaterThanOrEqual(Number(time));
                woken.push(String(name));
                resolve();
              });
              expect(woken).toEqual([]);
            }),
        )
        .concat([Promise.resolve(revoke())]),
    );
    expect(woken).toEqual(
      ["past", "soon", "middle", "later"].toSorted((a, b) => woken.indexOf(a) - woken.indexOf(b)),
    );
    expect(woken.slice(2)).toEqual(["middle", "later"]);
  });

  it("paces a real run by its plan", async () => {
    const events: OperationDraft[] = [];
    const plan = clients(limit(20, stagger(1_000_000, repeat(read))));
    await interpret(new Scheduler({ generator: plan, concurrency: 3, seed: 4 }), {
      clock: monotonicClock(),
      invoke: async () => ({ type: "ok" }),
      record: (event) => void events.push(event),
    });
    const invoked = events.filter(({ type }) => type === "invoke").map(({ time }) => time);
    const planned = invocations(plan, { concurrency: 3, seed: 4, system: quick });
    expect(invoked).toHaveLength(20);
    expect(planned.at(-1)?.time).toBeGreaterThan(10_000_000);
    // The gaps of a seed are the same on every machine; a machine can only be late.
    invoked.forEach((time, i) => expect(time).toBeGreaterThanOrEqual(planned[i]?.time ?? 0));
  });
});
