import { describe, expect, it } from "vitest";

import { RandomChoices, ReplayedChoices } from "../choices/index.ts";
import { generatedSource, signatures } from "../runs/run.ts";
import { playScene, recordRun, replayScenario, type Recorded } from "../runs/scenario.ts";
import { planSimulation, type SimulationRequest } from "../runs/simulation-plan.ts";
import { drawConfiguration } from "../runs/swarm.ts";
import { shrink } from "./shrink.ts";

function record(request: SimulationRequest, seed: string): Recorded {
  const { configuration, timetable } = drawConfiguration(planSimulation(request), seed);
  return recordRun(configuration, generatedSource(configuration, timetable), new RandomChoices(seed));
}

/** The first seed of a mutant that fails, of those with so many clients. */
function failing(mutant: string, clients?: number): Recorded {
  for (let seed = 1; seed <= 50; seed++) {
    const recorded = record({ protocol: "paxos", mutant }, String(seed));
    if (clients !== undefined && recorded.scenario.configuration.concurrency !== clients) continue;
    if (recorded.run.valid === false) return recorded;
  }
  throw new Error(`no seed catches ${mutant}`);
}

describe("a recorded run", () => {
  it("is repeated by its scenario to the letter, under every kind of fault", () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { run, scenario } = record({ protocol: "paxos", seconds: 3 }, String(seed));
      const again = playScene(scenario, new ReplayedChoices(scenario.choices));
      expect([...again.run.history]).toEqual([...run.history]);
      expect(again.run.events).toBe(run.events);
      expect(again.run.microseconds).toBe(run.microseconds);
      expect(again.run.verdicts).toEqual(run.verdicts);
      expect(replayScenario(scenario).choices.exact()).toBe(true);
    }
  });
});

describe("shrinking", () => {
  it("leaves the few operations and faults of which a failure is made, the same each time", () => {
    const found = failing("local-reads", 8);
    const signature = { checker: "linearizable", anomaly: "nonlinearizable" };
    expect(signatures(found.run)).toContainEqual(signature);
    const shrunk = shrink(found, signature, 400);
    expect(signatures(shrunk.run)).toContainEqual(signature);
    expect(shrunk.runs).toBeLessThanOrEqual(400);
    expect(shrunk.before.operations).toBeGreaterThan(50);
    expect(shrunk.after.operations).toBeLessThanOrEqual(4);
    expect(shrunk.before.faults).toBeGreaterThan(50);
    expect(shrunk.after.faults).toBeLessThanOrEqual(1);
    // Of clients those are left who ask, and those whose places keep the others at their nodes.
    const threads = shrunk.scenario.script.flatMap(({ thread }) =>
      typeof thread === "number" ? [thread] : [],
    );
    expect(shrunk.after.clients).toBe(Math.max(...threads) + 1);
    expect(shrunk.after.clients).toBeLessThan(shrunk.before.clients);
    expect(shrunk.after.events).toBeLessThan(shrunk.before.events / 10);
    expect(shrink(found, signature, 400).scenario).toEqual(shrunk.scenario);
    // The smallest run is one that can be replayed.
    const replayed = replayScenario(shrunk.scenario);
    expect(replayed.choices.exact()).toBe(true);
    expect(replayed.run.verdicts).toEqual(shrunk.run.verdicts);
  });

  it("keeps to its budget", () => {
    const found = failing("half-quorum");
    const [signature = { checker: "", anomaly: "" }] = signatures(found.run);
    const shrunk = shrink(found, signature, 5);
    expect(shrunk.runs).toBe(5);
    expect(signatures(shrunk.run)).toContainEqual(signature);
  });
});
