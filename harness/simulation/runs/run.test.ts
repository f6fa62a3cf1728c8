import { describe, expect, it } from "vitest";

import { historyText } from "../../../histories/codecs/write.ts";
import type { TraceEvent } from "../../../histories/trace.ts";
import { RandomChoices } from "../choices/index.ts";
import { generatedSource, signatures, simulateRun } from "./run.ts";
import { planSimulation, type SimulationRequest } from "./simulation-plan.ts";
import { drawConfiguration } from "./swarm.ts";

function run(request: SimulationRequest, seed: string) {
  const { configuration, timetable } = drawConfiguration(planSimulation(request), seed);
  const trace: TraceEvent[] = [];
  const outcome = simulateRun(
    configuration,
    generatedSource(configuration, timetable),
    new RandomChoices(seed),
    { trace: (event) => void trace.push(event) },
  );
  return { configuration, trace, ...outcome };
}

const paxos: SimulationRequest = { protocol: "paxos", nodes: 3, seconds: 2 };

describe("a simulated run", () => {
  it("is a function of its seed: history, trace and verdicts", () => {
    const [once, again, other] = [run(paxos, "7"), run(paxos, "7"), run(paxos, "8")];
    expect([...historyText(again.history, "native")]).toEqual([...historyText(once.history, "native")]);
    expect(again.trace).toEqual(once.trace);
    expect(again.verdicts).toEqual(once.verdicts);
    expect([...other.history]).not.toEqual([...once.history]);
  });

  it("records what clients saw under the laws of histories, faults among it, and heals everything", () => {
    const { history, configuration } = run({ ...paxos, faults: ["kill", "partition"] }, "1");
    const operations = [...history];
    const faults = operations.filter(({ process }) => process === "nemesis").map(({ f }) => f);
    expect(faults.some((f) => f === "kill" || f === "start-partition")).toBe(true);
    expect(faults.filter((f) => f === "stabilize")).toHaveLength(2);
    expect(faults.at(-1)).toBe("heal");
    expect(configuration.faults.length).toBeGreaterThan(0);
    const after = operations.slice(operations.findLastIndex(({ f }) => f === "heal"));
    expect(after.some(({ type }) => type === "ok")).toBe(true);
    expect(operations.every(({ process, node }) => (process === "nemesis") === (node === undefined))).toBe(
      true,
    );
  });

  it("finds a protocol that keeps its promise valid, with liveness, and one that does not invalid", () => {
    const correct = run(paxos, "3");
    expect(correct.valid).toBe(true);
    expect(correct.verdicts.map(({ checker, valid }) => `${checker} ${valid}`)).toEqual(
      expect.arrayContaining(["handlers true", "linearizable true", "liveness true"]),
    );
    const found = Array.from({ length: 10 }, (_, i) =>
      signatures(run({ ...paxos, mutant: "half-quorum", faults: ["partition"] }, String(i))),
    ).flat();
    expect(found).toContainEqual({ checker: "linearizable", anomaly: "nonlinearizable" });
  });

  it("blames no protocol for what it was not promised", () => {
    const outcomes = Array.from({ length: 12 }, (_, i) =>
      run({ ...paxos, faults: ["amnesia"], seconds: 4, interval: 0.3 }, String(i)),
    );
    const doubtful = outcomes.flatMap(({ verdicts }) =>
      verdicts.filter(({ anomalies }) => anomalies.length > 0),
    );
    expect(doubtful.length).toBeGreaterThan(0);
    for (const { valid, reason } of doubtful) {
      expect(valid).toBe("unknown");
      expect(reason).toMatch(/^assumption broken: failures: n\d lost what it had synced/);
    }
  });

  it("ends when it takes more events than it may, and then says nothing", () => {
    const short = run({ ...paxos, events: 500 }, "1");
    expect(short.ending).toBe("too many events");
    expect(short.valid).toBe("unknown");
    expect(short.events).toBe(500);
  });
});

describe("the swarm", () => {
  const drawn = (request: SimulationRequest) =>
    Array.from({ length: 60 }, (_, i) => drawConfiguration(planSimulation(request), String(i)).configuration);

  it("draws other faults, sizes and networks for each seed, all of them sooner or later", () => {
    const all = drawn({ protocol: "paxos" });
    expect(new Set(all.map(({ nodes }) => nodes))).toEqual(new Set([3, 4, 5]));
    expect(new Set(all.map(({ faults }) => faults.join())).size).toBeGreaterThan(30);
    expect(new Set(all.flatMap(({ faults }) => faults))).toEqual(
      new Set(planSimulation({ protocol: "paxos" }).faults.map(({ kind }) => kind)),
    );
    for (const { faults, world } of all) expect(world.network.loss > 0).toBe(faults.includes("loss"));
  });

  it("leaves what was asked for as it was asked", () => {
    for (const { nodes, faults, rate, concurrency } of drawn({
      protocol: "paxos",
      nodes: 7,
      rate: 5,
      concurrency: 4,
      faults: ["none"],
    })) {
      expect([nodes, faults, rate, concurrency]).toEqual([7, [], 5, 4]);
    }
  });

  it("strikes with nothing that the model does not bear, unless it is named", () => {
    const kinds = planSimulation({ protocol: "paxos" }).faults.map(({ kind }) => kind);
    expect(kinds).not.toContain("amnesia");
    expect(kinds).not.toContain("stop");
    expect(planSimulation({ protocol: "paxos", faults: ["amnesia"] }).faults).toHaveLength(1);
  });
});

describe("a plan", () => {
  it.each([
    [{ protocol: "paxo" }, "Did you mean paxos"],
    [{ protocol: "paxos", mutant: "local" }, 'Unknown mutant of paxos "local"'],
    [{ protocol: "paxos", faults: ["partitoin"] }, "Did you mean partition"],
    [{ protocol: "paxos", faults: ["none", "kill"] }, "--faults none excludes the others"],
    [{ protocol: "paxos", workload: "bank" }, "paxos does not serve the workload bank"],
    [{ protocol: "paxos", nodes: 0 }, "at least 1 nodes"],
    [{ protocol: "paxos", settings: { accounts: 3 } }, "--accounts does not concern the workload register"],
  ])("says what is wrong with %j", (request, message) => {
    expect(() => planSimulation(request)).toThrow(message);
  });
});
