import { describe, expect, it } from "vitest";

import { planSimulation, type SimulationRequest } from "./simulation-plan.ts";
import { drawConfiguration } from "./swarm.ts";

const seeds = Array.from({ length: 40 }, (_, i) => String(i + 1));
const drawn = (request: SimulationRequest) =>
  seeds.map((seed) => drawConfiguration(planSimulation(request), seed));

describe("a swarm", () => {
  it("draws what clients do from all that the protocol serves", () => {
    const workloads = drawn({ protocol: "zab" }).map(({ configuration }) => configuration.workload);
    expect(new Set(workloads)).toEqual(new Set(["register", "list-append", "broadcast"]));
  });

  it("keeps to what is named, and draws the rest as ever", () => {
    const named = drawn({ protocol: "zab", workload: "register" });
    const any = drawn({ protocol: "zab" });
    for (const [i, { configuration, timetable }] of named.entries()) {
      expect(configuration.workload).toBe("register");
      const { workload: _, settings: __, ...rest } = any[i]!.configuration;
      expect(configuration).toMatchObject(rest);
      expect(timetable).toEqual(any[i]!.timetable);
    }
  });

  it("takes settings for those of the first workload, unless another is named", () => {
    const some = drawn({ protocol: "zab", settings: { keys: 2 } });
    expect(new Set(some.map(({ configuration }) => configuration.workload))).toEqual(new Set(["register"]));
  });

  it("has storms in some of the runs under all faults, and in those alone", () => {
    const rates = (request: SimulationRequest) =>
      drawn(request).map(({ configuration }) => configuration.rate);
    const slow = (request: SimulationRequest) =>
      drawn(request).some(({ configuration: { world } }) =>
        JSON.stringify(world.network.delay).includes("150000"),
      );
    expect(rates({ protocol: "raft" })).toContain(10);
    expect(rates({ protocol: "raft", faults: ["all"] })).toEqual(rates({ protocol: "raft" }));
    expect(rates({ protocol: "raft", faults: ["partition", "kill"] })).not.toContain(10);
    expect(slow({ protocol: "raft" })).toBe(true);
    expect(slow({ protocol: "raft", faults: ["loss"] })).toBe(false);
  });
});
