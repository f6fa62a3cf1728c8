import { describe, expect, it } from "vitest";
import { clients, workload, type WorkloadOptions } from "../../workloads/index.ts";
import { simulate, type ScheduledEvent, type SimulationOptions } from "./simulate.ts";
import { byKey } from "./testing/schedules.ts";

function events(
  name: string,
  options: Partial<WorkloadOptions> = {},
  simulation: SimulationOptions = {},
): readonly ScheduledEvent[] {
  const concurrency = options.concurrency ?? 6;
  const generator = workload(name).generator({ ...options, concurrency });
  return simulate(clients(generator), { concurrency, operations: 1000, ...simulation }).events;
}

describe("the workload decide", () => {
  it("proposes different values for a key, several at once and again later, and then goes on to another key", () => {
    const all = events("decide", { keys: 20 });
    const keys = [...byKey(all).values()];
    expect(keys).toHaveLength(20);
    for (const of of keys) {
      const values = of.filter(({ type }) => type === "invoke").map(({ value }) => value);
      expect(values).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }
    expect(
      keys.filter(([first, second]) => first?.type === "invoke" && second?.type === "invoke").length,
    ).toBeGreaterThan(15);
  });
});

describe("the workload broadcast", () => {
  it("broadcasts each message once, and reads now and then", () => {
    const invoked = events("broadcast").filter(({ type }) => type === "invoke");
    const messages = invoked.filter(({ f }) => f === "broadcast").map(({ value }) => value);
    expect(messages).toEqual(messages.map((_, i) => i + 1));
    expect(Math.abs(invoked.length - messages.length - invoked.length / 20)).toBeLessThan(25);
  });

  it("reads on every thread at the end, until each has an answer", () => {
    const options = { concurrency: 4 };
    const last = workload("broadcast").finalGenerator?.(options);
    if (last === undefined) throw new Error("no final reads");
    const failing = {
      system: (_: unknown, count: number) => ({ type: count < 3 ? "fail" : "ok", latency: 10 }) as const,
    };
    const completed = simulate(clients(last), { concurrency: 4, ...failing }).events.filter(
      ({ type }) => type === "ok",
    );
    expect(completed.map(({ f }) => f)).toEqual(["read", "read", "read", "read"]);
    expect(new Set(completed.map(({ thread }) => thread)).size).toBe(4);
  });
});

describe("the workload lock", () => {
  it("releases what a thread took, with the token that it was given, before it takes it again", () => {
    // The first is granted, and whoever asks while it is held is refused.
    let token = 0;
    const held = new Set<unknown>();
    const system: SimulationOptions["system"] = ({ f, key }) => {
      if (f === "release")
        return held.delete(key) ? { type: "ok", latency: 1 } : { type: "fail", latency: 1 };
      if (held.has(key)) return { type: "fail", latency: 1 };
      held.add(key);
      return { type: "ok", latency: 1, value: ++token };
    };
    const all = events("lock", { keys: 5 }, { system });
    const given = new Map<unknown, unknown>();
    let releases = 0;
    for (const { f, type, thread, value } of all) {
      if (f === "acquire" && type === "ok") given.set(thread, value);
      if (f !== "release" || type !== "invoke") continue;
      releases++;
      expect(value).toBe(given.get(thread));
      given.delete(thread);
    }
    expect(releases).toBeGreaterThan(20);
  });

  it("asks now and then for a release with a token that is over, where that must fail", () => {
    let token = 0;
    const held = new Map<unknown, unknown>();
    const system: SimulationOptions["system"] = ({ f, key, value }) => {
      if (f === "release" && held.get(key) !== value) return { type: "fail", latency: 1 };
      if (f === "release")
        return held.delete(key) ? { type: "ok", latency: 1 } : { type: "fail", latency: 1 };
      if (held.has(key)) return { type: "fail", latency: 1 };
      held.set(key, ++token);
      return { type: "ok", latency: 1, value: token };
    };
    const outcomes = new Map<string, number>();
    const released = new Set<unknown>();
    for (const { f, type, value } of events("lock", { keys: 5, promise: "fenced-releases" }, { system })) {
      if (f !== "release" || type === "invoke") continue;
      outcomes.set(type, (outcomes.get(type) ?? 0) + 1);
      // Each token once, and again only when it is over.
      expect(type).toBe(released.has(value) ? "fail" : "ok");
      released.add(value);
    }
    expect(outcomes.get("ok")).toBeGreaterThan(20);
    expect(outcomes.get("fail")).toBeGreaterThan(5);
  });

  it("takes no token for over that may be good yet", () => {
    let token = 0;
    const system: SimulationOptions["system"] = ({ f }) =>
      f === "release" ? { type: "info", latency: 1 } : { type: "ok", latency: 1, value: ++token };
    const released = events("lock", { keys: 5, promise: "fenced-releases" }, { system }).filter(
      ({ f, type }) => f === "release" && type === "invoke",
    );
    expect(released.length).toBeGreaterThan(20);
    expect(new Set(released.map(({ value }) => value)).size).toBe(released.length);
  });
});
