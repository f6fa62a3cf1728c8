import { describe, expect, it } from "vitest";

import type { BundledAlgorithm } from "../../../systems/contracts/shared-memory.ts";
import { algorithms } from "../../../systems/protocols/shared-memory/catalogue.ts";
import { chosenConfigurations, findSubject } from "../../exploration/subjects.ts";
import { parseScript } from "../../exploration/script.ts";
import { runCampaign } from "../campaign/campaign.ts";
import { inquire, runSeed } from "../campaign/seed-run.ts";
import type { SimulationRequest } from "../runs/simulation-plan.ts";
import { playScript } from "../scripts/played-script.ts";
import { PriorityScheduler } from "./schedule.ts";
import { planShared } from "./shared-plan.ts";

const seeds = Number(process.env["RASHOMON_SEEDS"] ?? 60);

/** Those that promise something somewhere. */
const promising = algorithms.filter(({ configurations, processes }) =>
  configurations.some(({ refuted, inputs }) => refuted === undefined && inputs.length <= processes),
);
const refuted = algorithms.flatMap(({ name, configurations }) =>
  configurations.flatMap((each) =>
    each.refuted === undefined ? [] : [{ name, configuration: each.name, property: each.refuted.property }],
  ),
);
const mutants = algorithms.flatMap(({ name, mutants: all }) =>
  all.flatMap(({ name: mutant, exploration }) =>
    exploration === undefined ? [] : [{ name, mutant, ...exploration }],
  ),
);

function failing(request: SimulationRequest, property: string, most: number): number | undefined {
  return Array.from({ length: most }, (_, i) => i + 1).find((seed) =>
    runSeed(request, seed).failures.some(({ checker }) => checker === property),
  );
}

describe("algorithms on shared memory, by schedules of chance", () => {
  it.each(promising)("$name keeps its promises", ({ name }) => {
    for (let seed = 1; seed <= seeds; seed++) {
      expect(runSeed({ protocol: name }, seed)).toMatchObject({ seed, valid: true, failures: [] });
    }
  });

  it.each(refuted)("$name is refuted in $configuration: $property", ({ name, configuration, property }) => {
    expect(failing({ protocol: name, configuration }, property, 2_000)).toBeDefined();
  });

  // One needs 42 steps in one order: it is left to exploration.
  it.each(mutants.filter(({ mutant }) => mutant !== "keeps-preference"))(
    "$name is caught when it is $mutant: $property",
    ({ name, mutant, property, configuration }) => {
      const request = { protocol: name, mutant, configuration };
      const seed = failing(request, property, 20_000);
      expect(seed).toBeDefined();
      const finding = inquire({
        options: request,
        seed: seed!,
        signature: { checker: property, anomaly: property },
        budget: 500,
        version: "0",
        started: "",
      });
      expect(finding.after.events).toBeLessThanOrEqual(finding.before.events);
      const script = parseScript(finding.replay, "found");
      expect(playScript(script)).toMatchObject({ confirmed: true, valid: false });
      // What simulation found the explorer finds in the same steps.
      const [explorable] = chosenConfigurations(findSubject(name), mutant, configuration);
      expect(explorable!.replay(script, {})?.violation.property).toBe(property);
    },
  );

  it.each(mutants)(
    "the explorer's run of $name, $mutant, is one of simulation",
    ({ name, mutant, property }) => {
      const [explorable] = chosenConfigurations(findSubject(name), mutant);
      const script = explorable!.explore({}).counterexample!.script;
      expect(playScript(script)).toMatchObject({ confirmed: true, verdicts: [{ checker: property }] });
    },
  );

  it("is the same for the same seed", () => {
    const request = { protocol: "aspnes-herlihy" };
    expect(runSeed(request, 7)).toEqual(runSeed(request, 7));
  });

  it("refuses what is for networks, and names what it does not know", () => {
    const lock = algorithms[0]!;
    const refusal = (options: Partial<SimulationRequest>) => () =>
      planShared(lock, { protocol: lock.name, ...options });
    expect(refusal({ nodes: 3 })).toThrow(/it has no nodes/);
    expect(refusal({ seconds: 3 })).toThrow(/it has no time/);
    expect(refusal({ schedule: "fair" })).toThrow(/Unknown schedule "fair"/);
    expect(refusal({ configuration: "ten" })).toThrow(/Unknown configuration/);
    const configurations = lock.configurations.filter((each) => each.refuted !== undefined);
    const never: BundledAlgorithm = { ...lock, configurations };
    expect(() => planShared(never, { protocol: lock.name })).toThrow(/is here to be refuted/);
  });
});

describe("priorities", () => {
  const choosing = (...values: number[]) => ({ stream: () => ({ choose: () => values.shift() ?? 0 }) });

  it("let the highest run until it waits, and change where chance has it", () => {
    // Orders p0 first, then p1, then p2; a change before the third step.
    const scheduler = new PriorityScheduler(choosing(0, 1, 2, 2), 3, 1, 8);
    expect(scheduler.pick([0, 1, 2])).toBe(0);
    expect(scheduler.pick([1, 2])).toBe(1);
    expect(scheduler.pick([0, 1, 2])).toBe(1);
    expect(scheduler.pick([0, 2])).toBe(2);
    expect(scheduler.pick([0, 1])).toBe(1);
  });
});

describe("chances", () => {
  const campaign = (protocol: string, mutant?: string) =>
    runCampaign({
      protocol,
      ...(mutant === undefined ? {} : { mutant }),
      seeds: 4_000,
      first: 1,
      workers: 0,
      shrinking: 0,
      version: "0",
      started: "",
    });

  it.each(["shared-coin", "aspnes-herlihy"])("of %s are what they are computed to be", async (protocol) => {
    const { valid, chances } = await campaign(protocol);
    expect(valid).toBe(true);
    expect(chances.length).toBeGreaterThan(2);
    for (const { seen, runs, greatest } of chances) expect(seen / runs).toBeLessThan(greatest + 0.1);
    expect(chances.some(({ least }) => least > 0.25)).toBe(true);
  });

  it("of a biased coin are not", async () => {
    const { valid, chances, failures } = await campaign("shared-coin", "biased");
    expect({ valid, failures }).toEqual({ valid: false, failures: [] });
    expect(chances.filter((each) => !each.valid).map(({ outcome }) => outcome)).toContain("all see tails");
  });
});
