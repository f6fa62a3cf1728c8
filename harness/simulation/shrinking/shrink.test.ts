import { describe, expect, it } from "vitest";

import { RandomChoices } from "../choices/index.ts";
import { generatedSource, signatures } from "../runs/run.ts";
import { recordRun, playScene, replayScenario, type Recorded } from "../runs/scenario.ts";
import { planSimulation, type SimulationRequest } from "../runs/simulation-plan.ts";
import { drawConfiguration } from "../runs/swarm.ts";
import { historyText } from "../../../histories/codecs/write.ts";
import { ReplayedChoices } from "../choices/index.ts";
import { shrink } from "./shrink.ts";

function record(options: SimulationRequest, seed: string): Recorded {
  const { configuration, timetable } = drawConfiguration(planSimulation(options), seed);
  return recordRun(configuration, generatedSource(configuration, timetable), new RandomChoices(seed));
}

describe("a recorded run", () => {
  it("is repeated by its scenario to the letter", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const recorded = record({ protocol: "paxos" }, String(seed));
      const again = playScene(recorded.scenario, new ReplayedChoices(recorded.scenario.choices));
      expect([...again.run.history]).toEqual([...recorded.run.history]);
      expect(again.run.events).toBe(recorded.run.events);
      expect(replayScenario(recorded.scenario).choices.exact()).toBe(true);
    }
  });
});

describe("shrinking", () => {
  it.each(["local-reads", "half-quorum", "forgetful-acceptor"])("%s", (mutant) => {
    for (let seed = 1; seed < 20; seed++) {
      const failing = record({ protocol: "paxos", mutant }, String(seed));
      const [signature] = signatures(failing.run);
      if (signature === undefined) continue;
      const t = performance.now();
      const shrunk = shrink(failing, signature, 800);
      console.log(mutant, seed, signature, performance.now() - t, shrunk.before, shrunk.after, shrunk.runs);
      console.log(historyText(shrunk.run.history, "native"));
      return;
    }
  });
});
