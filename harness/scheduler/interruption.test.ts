import { describe, expect, it } from "vitest";
import {
  clients,
  interrupted,
  limit,
  nemesis,
  phases,
  remembering,
  repeat,
  sequence,
  sleep,
  stagger,
  synchronize,
  type Plan,
} from "../../workloads/generators/index.ts";
import { perfect, simulate } from "./simulate.ts";
import { functions } from "./testing/schedules.ts";

const count: Plan = (_, position) => ({ f: `n${position}` });

describe("an interrupted plan", () => {
  it("goes on after the interlude where it was", () => {
    const plan = interrupted(stagger(10, count), {
      beside: [],
      before: 50,
      interlude: phases({ f: "pause" }, sleep(100)),
      after: 50,
    });
    const { events } = simulate(clients(plan), { concurrency: 1 });
    const begun = events.filter(({ type }) => type === "invoke");
    const pause = begun.findIndex(({ f }) => f === "pause");
    expect(pause).toBeGreaterThan(1);
    const numbered = begun.filter(({ f }) => f !== "pause").map(({ f }) => f);
    expect(numbered).toEqual(numbered.map((_, i) => `n${i}`));
    expect(numbered.length).toBeGreaterThan(pause + 1);
    expect(begun[pause]?.time).toBeGreaterThanOrEqual(50);
    // The first after the pause, which takes 10 ns, and the sleep.
    expect((begun[pause + 1]?.time ?? 0) - (begun[pause]?.time ?? 0)).toBeGreaterThanOrEqual(110);
  });

  it("has what is beside it go on with it, and no longer", () => {
    const plan = interrupted(clients(stagger(10, repeat({ f: "a" }))), {
      beside: nemesis(stagger(20, repeat({ f: "hurt" }))),
      before: 200,
      interlude: sequence(nemesis({ f: "heal" }), synchronize(sleep(50))),
      after: 100,
    });
    const { events } = simulate(plan, { concurrency: 2, system: perfect });
    const begun = events.filter(({ type }) => type === "invoke");
    const heal = begun.findIndex(({ f }) => f === "heal");
    const before = begun.slice(0, heal).map(({ f }) => f);
    expect(before).toContain("a");
    expect(before).toContain("hurt");
    const after = new Set(begun.slice(heal + 1).map(({ f }) => f));
    expect(after).toEqual(new Set(["a"]));
  });

  it("is interrupted early when it and what is beside it have ended", () => {
    const plan = interrupted(limit(2, repeat({ f: "a" })), {
      beside: [],
      before: 1e9,
      interlude: { f: "b" },
      after: 1e9,
    });
    expect(functions(clients(plan), { concurrency: 1 })).toBe("a a b");
    expect(simulate(clients(plan), { concurrency: 1 }).end).toBeLessThan(1e9);
  });
});

describe("a plan with a memory", () => {
  it("makes each operation out of what the operations before left, and ends when there is none", () => {
    const plan = remembering(1, (memory) =>
      memory > 40 ? undefined : { operation: { f: "double", value: memory }, memory: memory * 2 },
    );
    const { events } = simulate(clients(plan), { concurrency: 3 });
    expect(events.filter(({ type }) => type === "invoke").map(({ value }) => value)).toEqual([
      1, 2, 4, 8, 16, 32,
    ]);
    expect(new Set(events.map(({ thread }) => thread)).size).toBeGreaterThan(1);
  });
});
