import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { TraceEvent } from "../../../histories/trace.ts";
import { RandomChoices } from "../choices/random-choices.ts";
import { RecordedChoices } from "../choices/recorded-choices.ts";
import { ReplayedChoices } from "../choices/replayed-choices.ts";
import type { ChoiceStreams } from "../choices.ts";
import { paxosTraffic } from "../testing/paxos-traffic.ts";

const lossy = {
  network: {
    loss: 20,
    duplication: 20,
    stragglers: { permille: 20, delay: { kind: "uniform", from: 10_000, to: 200_000 } as const },
  },
};

/** The trace of a run of Paxos under faults, as one hash, and what clients were told. */
function run(choices: ChoiceStreams): { hash: string; answers: string; ok: number; events: number } {
  const hash = createHash("sha256");
  const sink = (event: TraceEvent): void => void hash.update(JSON.stringify(event));
  const { world, answers } = paxosTraffic(choices, { settings: lossy, trace: { sink, clocks: true } });
  world.runTo(2_000_000);
  const ok = answers.filter((answer) => typeof answer !== "string" && answer["type"] !== "error").length;
  return { hash: hash.digest("hex"), answers: JSON.stringify(answers), ok, events: world.events };
}

describe("a simulated cluster", () => {
  it("does the same for the same seed, and something else for another", () => {
    const first = run(new RandomChoices(7));
    expect(run(new RandomChoices(7))).toEqual(first);
    expect(run(new RandomChoices(8)).hash).not.toBe(first.hash);
    expect(first.ok).toBeGreaterThan(100);
  });

  it("does the same again from a record of its choices", () => {
    const recorded = new RecordedChoices(new RandomChoices(11));
    const first = run(recorded);
    const replayed = new ReplayedChoices(recorded.record(), { strict: true });
    expect(run(replayed)).toEqual(first);
    expect(replayed.exact()).toBe(true);
  });
});
