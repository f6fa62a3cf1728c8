import { describe, expect, it } from "vitest";

import { UsageError } from "../histories/errors.ts";
import { planTest, type TestOptions } from "./test-plan.ts";

const plan = (options: Partial<TestOptions>) =>
  planTest({ system: "paxos", seed: "1", ...options }, { versions: {}, started: "2026-01-02T03:04:05.678Z" });

describe("the plan of a test", () => {
  it("refuses an unknown fault, also beside all", () => {
    expect(() => plan({ faults: ["parttion"] })).toThrow(UsageError);
    expect(() => plan({ faults: ["all", "parttion"] })).toThrow(UsageError);
    expect(() => plan({ faults: ["none", "kill"] })).toThrow(UsageError);
  });

  it("kills no node of a protocol whose nodes do not come back", () => {
    expect(plan({ system: "lamport-mutex" }).description.faults).toEqual(["partition", "pause"]);
    expect(() => plan({ system: "lamport-mutex", faults: ["kill"] })).toThrow(/cannot have the fault kill/);
    expect(plan({ system: "raft" }).description.faults).toContain("kill");
  });

  it.each([
    ["7", "--seed 7"],
    ["two words", "--seed 'two words'"],
    ["it's", String.raw`--seed 'it'\''s'`],
    ["", "--seed ''"],
    ["$(id)", "--seed '$(id)'"],
  ])("writes the seed %j so that a shell gives it back", (seed, words) => {
    expect(plan({ seed }).description.command.endsWith(` ${words}`)).toBe(true);
  });
});
