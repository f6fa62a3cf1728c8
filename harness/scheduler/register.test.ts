import { describe, expect, it } from "vitest";
import { defaultThreadsPerKey } from "../../workloads/register.ts";
import {
  clients,
  limit,
  register,
  workload,
  workloads,
  type WorkloadOptions,
} from "../../workloads/index.ts";
import { perfectInfo, type ScheduledEvent, type SimulationOptions } from "./simulate.ts";
import { byKey, invocations } from "./testing/schedules.ts";

function schedule(
  options: Partial<WorkloadOptions> = {},
  simulation: SimulationOptions = {},
): readonly ScheduledEvent[] {
  const concurrency = options.concurrency ?? 10;
  return invocations(clients(register.generator({ concurrency, ...options })), {
    concurrency,
    ...simulation,
  });
}

describe("the register workload", () => {
  it("is in the catalogue, where unknown names are told with the known ones", () => {
    expect(workload("register")).toBe(register);
    expect([...workloads.keys()]).toContain("register");
    expect(() => workload("registr")).toThrow(/Unknown workload "registr". Did you mean register\?/);
  });

  it("reads, writes and compares-and-sets half of the time reads, as it documents", () => {
    const events = schedule({}, { operations: 3000 });
    const shares = { read: 1500, write: 750, cas: 750 };
    for (const [f, share] of Object.entries(shares)) {
      expect(Math.abs(events.filter((event) => event.f === f).length - share), f).toBeLessThan(100);
    }
    for (const { f, value } of events) {
      if (f === "read") expect(value).toBe(null);
      else if (f === "write") expect([0, 1, 2, 3, 4]).toContain(value);
      else {
        const [from, to] = value as [number, number];
        expect([0, 1, 2, 3, 4]).toContain(from);
        expect([0, 1, 2, 3, 4]).toContain(to);
        expect(from).not.toBe(to);
      }
    }
    expect(
      new Set(events.filter(({ f }) => f === "cas").map(({ value }) => JSON.stringify(value))).size,
    ).toBe(20);
  });

  it("asks a store without compare-and-set to read and write only", () => {
    const events = schedule({ functions: "read,write" }, { operations: 300 });
    expect(new Set(events.map(({ f }) => f))).toEqual(new Set(["read", "write"]));
    expect(() => schedule({ functions: "read,wrte" })).toThrow(
      /Unknown function.*"wrte".*Did you mean write/,
    );
    expect(() => schedule({ functions: "read,cas" })).toThrow(
      /expected functions with write, found read,cas/,
    );
  });

  it("gives each key its operations, by several threads at once, and then goes on to the next key", () => {
    const keys = byKey(schedule({ keys: 6, operationsPerKey: 40 }));
    expect(new Set(keys.keys())).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    for (const events of keys.values()) {
      expect(events).toHaveLength(40);
      expect(new Set(events.map(({ thread }) => thread)).size).toBe(5);
    }
  });

  it("bounds the processes of a key, however many crash", () => {
    const keys = byKey(schedule({ keys: 4 }, { system: perfectInfo }));
    for (const events of keys.values()) expect(new Set(events.map(({ process }) => process)).size).toBe(20);
  });

  it("keeps the rate over all threads", () => {
    const events = schedule({ rate: 1000 }, { operations: 1000 });
    const seconds = (events.at(-1)?.time ?? 0) / 1e9;
    expect(Math.abs(seconds - 1)).toBeLessThan(0.05);
  });

  it("is judged against a register with compare-and-set", () => {
    expect(register.checks({ concurrency: 10 })).toEqual([
      { checker: "linearizable", model: "cas-register" },
    ]);
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [5, 5],
    [6, 6],
    [7, 7],
    [8, 4],
    [10, 5],
    [12, 4],
    [15, 5],
    [20, 5],
    [49, 7],
  ])("of %d threads lets %d share a key", (concurrency, threads) => {
    expect(defaultThreadsPerKey(concurrency)).toBe(threads);
  });

  it("refuses options that make no sense", () => {
    expect(() => register.generator({ concurrency: 10, threadsPerKey: 3 })).toThrow(
      /threads of a key divide/,
    );
    expect(() => register.generator({ concurrency: 10, rate: 0 })).toThrow(/rate is a number/);
    expect(() => register.generator({ concurrency: 10, operationsPerKey: 0.5 })).toThrow(
      /operations per key/,
    );
    expect(() => limit(1, register.generator({ concurrency: 10, keys: -1 }))).toThrow(/keys/);
  });
});
