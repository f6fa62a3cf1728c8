import { describe, expect, it } from "vitest";

import type { JsonObject } from "../../../histories/json.ts";
import { inquire, runSeed } from "../campaign/seed-run.ts";
import { parseReplay, replayText } from "./replay-file.ts";
import { replay } from "./replay.ts";

const request = { protocol: "paxos", mutant: "half-quorum", nodes: 3 };
const seed = Array.from({ length: 50 }, (_, i) => i + 1).find(
  (each) => runSeed(request, each).valid === false,
);
const { replay: text } = inquire({
  options: request,
  seed: seed ?? 0,
  signature: { checker: "linearizable", anomaly: "nonlinearizable" },
  budget: 60,
  version: "1.2.3",
  started: "2026-01-02T03:04:05.678Z",
});
const file = parseReplay(text, "replay.json");

/** The file with changes deep in it. */
function changed(change: (data: Record<string, never>) => void): string {
  const data = JSON.parse(text) as Record<string, never>;
  change(data);
  return JSON.stringify(data);
}

describe("a replay file", () => {
  it("is read as it was written", () => {
    expect(replayText(file)).toBe(text);
  });

  it("replays its run to the letter", () => {
    const outcome = replay(file, "1.2.3");
    expect(outcome).toMatchObject({ same: true, failed: true });
    expect(outcome.difference).toBeUndefined();
    expect(outcome.run.valid).toBe(false);
  });

  it("says at which event a run parts from it, and which choice made the difference", () => {
    const { choices } = file.scenario;
    const [stream = "", sequence] = [...choices].find(([name]) => name.startsWith("link")) ?? [];
    if (sequence === undefined) throw new Error("no choices on any link");
    const fewer = new Map(choices).set(stream, {
      ...sequence,
      values: sequence.values.slice(0, 1).map((value) => value + 1),
      labels: sequence.labels.slice(0, 1),
    });
    const outcome = replay({ ...file, scenario: { ...file.scenario, choices: fewer } }, "1.2.4");
    expect(outcome.same).toBe(false);
    expect(outcome.difference).toMatch(/^event \d+ is another: now \{/);
    expect(outcome.difference).toContain(`"${stream}": the record is at its end, but `);
    expect(outcome.difference).toContain("written by version 1.2.3; this is 1.2.4");
  });

  it("says that the protocol is another when all choices are the same", () => {
    const { configuration } = file.scenario;
    const { mutant: _, ...correct } = configuration;
    const outcome = replay({ ...file, scenario: { ...file.scenario, configuration: correct } }, "1.2.3");
    expect(outcome).toMatchObject({ same: false, failed: false });
    expect(outcome.difference).toMatch(/do something else now|the choices part/);
  });

  it.each<[string, string, string]>([
    ["no JSON", "{", "a replay file: one JSON object"],
    ["something else", '{"kind":"other"}', 'expected "kind": "rashomon-replay", found "other"'],
    [
      "a later format",
      changed((data) => Object.assign(data, { format: 2 })),
      'expected "format": 1, found 2',
    ],
    [
      "a broken script",
      changed((data) =>
        Object.assign(data["scenario"] ?? {}, { script: [{ at: -1, thread: 0, f: "read" }] }),
      ),
      "expected at as a whole number of at least 0, found -1",
    ],
    [
      "a thread that is none",
      changed((data) =>
        Object.assign(data["scenario"] ?? {}, { script: [{ at: 1, thread: "x", f: "read" }] }),
      ),
      'expected a thread: a whole number, or "nemesis", found "x"',
    ],
    [
      "broken choices",
      changed((data) => Object.assign(data["scenario"] ?? {}, { choices: { a: { values: "?" } } })),
      "expected what the simulator wrote",
    ],
    [
      "a world that means nothing",
      changed((data) => {
        const scenario: JsonObject = data["scenario"] ?? {};
        Object.assign(scenario["configuration"] ?? {}, { world: { network: { loss: 5000 } } });
      }),
      "network.loss: expected a whole number of 0..1000, found 5000",
    ],
  ])("that is %s is an error that names the file", (_, broken, message) => {
    expect(() => parseReplay(broken, "some.json")).toThrow(message);
    expect(() => parseReplay(broken, "some.json")).toThrow(/^some\.json: expected/);
  });
});
