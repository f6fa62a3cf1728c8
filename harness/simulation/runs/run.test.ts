import { describe, expect, it } from "vitest";

import { RandomChoices } from "../choices/index.ts";
import { drawConfiguration } from "./swarm.ts";
import { generatedSource, simulateRun } from "./run.ts";
import { planSimulation, type SimulationRequest } from "./simulation-plan.ts";

function run(options: SimulationRequest, seed: string) {
  const plan = planSimulation(options);
  const { configuration, timetable } = drawConfiguration(plan, seed);
  return {
    configuration,
    ...simulateRun(configuration, generatedSource(configuration, timetable), new RandomChoices(seed)),
  };
}

describe("simulated runs", () => {
  it("try", () => {
    for (const mutant of [undefined, "local-reads", "half-quorum", "forgetful-acceptor"]) {
      const t = performance.now();
      let events = 0,
        fails = 0,
        ops = 0,
        virtual = 0;
      const tally: Record<string, number> = {};
      for (let i = 1; i <= 40; i++) {
        const r = run({ protocol: "paxos", ...(mutant === undefined ? {} : { mutant }) }, String(i));
        events += r.events;
        ops += r.history.length;
        virtual += r.microseconds / 1e6;
        for (const v of r.verdicts) {
          const k = `${v.checker} ${v.valid} ${v.reason ?? ""}`;
          tally[k] = (tally[k] ?? 0) + 1;
          if (v.valid === false && mutant === undefined)
            console.log(i, r.configuration.faults.join(), v.anomalies[0]?.explanation);
        }
        if (r.valid === false) fails++;
      }
      const s = (performance.now() - t) / 1000;
      console.log(mutant, { s, runs: 40 / s, events, ops, virtual, fails, eps: events / s, tally });
    }
    expect(1).toBe(1);
  });
});
