import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "rashomon-verify-"));

async function rashomon(...args: readonly string[]): Promise<{ exitCode: number | undefined; text: string }> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...args], {
    cwd: folder,
    reject: false,
    env: { NO_COLOR: "1" },
  });
  return { exitCode, text: stdout + stderr };
}

/** Saves the verdict of `check --json --certificates`, changed, to another file. */
function changed(verdict: string, change: (text: string) => string): string {
  const text = readFileSync(join(folder, verdict), "utf8");
  const other = change(text);
  expect(other).not.toBe(text);
  writeFileSync(join(folder, "changed.json"), other);
  return "changed.json";
}

const write = (index: number, value: number) =>
  `{"index":${index},"time":${index},"process":0,"type":"invoke","f":"write","value":${value}}
{"index":${index + 1},"time":${index + 1},"process":0,"type":"ok","f":"write","value":${value}}
`;
const read = (index: number, value: number) =>
  `{"index":${index},"time":${index},"process":1,"type":"invoke","f":"read","value":null}
{"index":${index + 1},"time":${index + 1},"process":1,"type":"ok","f":"read","value":${value}}
`;
const header = '{"rashomon":"history","format":1}\n';

beforeAll(async () => {
  writeFileSync(join(folder, "valid.jsonl"), header + write(0, 1) + write(2, 2) + read(4, 2));
  writeFileSync(join(folder, "stale.jsonl"), header + write(0, 1) + write(2, 2) + read(4, 1));
  for (const name of ["valid", "stale"]) {
    const { text } = await rashomon(
      "check",
      `${name}.jsonl`,
      "--linearizable",
      "register",
      "--json",
      "--certificates",
    );
    writeFileSync(join(folder, `${name}.json`), `${text}\n`);
  }
});

describe("rashomon verify", () => {
  it("verifies the order that a valid verdict rests on", async () => {
    expect(await rashomon("verify", "valid.json", "valid.jsonl")).toEqual({
      exitCode: 0,
      text: "verified: an order of 3 operations explains the history (register)",
    });
  });

  it("verifies the operations that an invalid verdict rests on", async () => {
    expect(await rashomon("verify", "stale.json", "stale.jsonl")).toEqual({
      exitCode: 0,
      text: "verified: operations 0, 2, 4, as known after event 5, have no order (register)",
    });
  });

  it("refuses an order that was changed", async () => {
    const other = changed("valid.json", (text) => text.replace('"order":[0,2,4]', '"order":[0,4,2]'));
    const { exitCode, text } = await rashomon("verify", other, "valid.jsonl");
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^NOT VERIFIED \(.*operation 4/);
  });

  it("refuses operations that were changed, and those of another history", async () => {
    const other = changed("stale.json", (text) =>
      text.replace('"until":5,"operations":[0,2,4]', '"until":5,"operations":[0,4]'),
    );
    expect(await rashomon("verify", other, "stale.jsonl")).toEqual({
      exitCode: 1,
      text: "NOT VERIFIED (an order explains its operations): operations 0, 4, as known after event 5, have no order (register)",
    });
    expect(await rashomon("verify", "stale.json", "valid.jsonl")).toMatchObject({ exitCode: 1 });
  });

  it("picks the verdict of the history out of several lines", async () => {
    const both = ["valid", "stale"]
      .map((name) => readFileSync(join(folder, `${name}.json`), "utf8"))
      .join("");
    writeFileSync(join(folder, "both.json"), both);
    expect(await rashomon("verify", "both.json", "stale.jsonl")).toMatchObject({
      exitCode: 0,
      text: expect.stringContaining("have no order"),
    });
    writeFileSync(join(folder, "third.jsonl"), header + write(0, 1));
    expect(await rashomon("verify", "both.json", "third.jsonl")).toMatchObject({
      exitCode: 64,
      text: expect.stringContaining("None of the 2 verdicts in both.json is about third.jsonl."),
    });
  });

  it("says so when there is nothing to verify", async () => {
    const other = changed("valid.json", (text) => text.replace(/"partitions":\[.*?\]\}\],/, ""));
    expect(await rashomon("verify", other, "valid.jsonl")).toMatchObject({
      exitCode: 2,
      text: expect.stringMatching(/^nothing to verify/),
    });
  });

  it("names what carries no certificate", async () => {
    const other = changed("stale.json", (text) =>
      text.replace('"checks":[', '"checks":[{"checker":"agreement","valid":false,"anomalies":[]},'),
    );
    const { exitCode, text } = await rashomon("verify", other, "stale.jsonl");
    expect(text).toMatch(/^verified: .*\nnot verified: agreement says false and carries no certificate/);
    expect(exitCode).toBe(0);
  });

  it("verifies a counterexample of exploration by taking its steps, without the explorer", async () => {
    await rashomon("explore", "paxos", "--mutant", "half-quorum", "--save", "bug.json");
    const { exitCode, text } = await rashomon("verify", "bug.json");
    expect(text).toMatch(/^verified: \d+ steps of paxos with half-quorum, .*, break /);
    expect(exitCode).toBe(0);

    const right = changed("bug.json", (script) => script.replace('"mutant": "half-quorum",', ""));
    expect(await rashomon("verify", right)).toMatchObject({
      exitCode: 1,
      text: expect.stringMatching(/^NOT VERIFIED \(in the simulated world nothing is broken\)/),
    });
    const another = changed("bug.json", (script) =>
      script.replace(/"property": "[a-z-]*"/, '"property": "integrity"'),
    );
    expect(await rashomon("verify", another)).toMatchObject({
      exitCode: 1,
      text: expect.stringMatching(/^NOT VERIFIED \(in the simulated world .* is broken\)/),
    });
    expect(await rashomon("verify", "bug.json", "stale.jsonl")).toMatchObject({ exitCode: 64 });
    expect(await rashomon("verify", "stale.json")).toMatchObject({ exitCode: 64 });
  });

  it("verifies a replay file by playing it", async () => {
    const args = ["--faults", "partition", "--seeds", "12", "--nodes", "3", "--time", "3", "--workers", "1"];
    await rashomon("simulate", "paxos", "--mutant", "half-quorum", ...args, "--store", "kept");
    const replay = join("kept", "latest", "replay.json");
    const { exitCode, text } = await rashomon("verify", replay);
    expect(text).toMatch(/^verified: the run of paxos, seed \d+, ends with agreement: disagreement/);
    expect(exitCode).toBe(0);
    const other = changed(replay, (file) => file.replace('"half-quorum"', '"local-reads"'));
    expect(await rashomon("verify", other)).toMatchObject({ exitCode: 1 });
  });

  it("refuses what is no verdict", async () => {
    expect(await rashomon("verify", "valid.jsonl", "valid.jsonl")).toMatchObject({
      exitCode: 65,
      text: expect.stringContaining("expected a verdict as check --json prints it"),
    });
    expect(await rashomon("verify", "nowhere.json", "valid.jsonl")).toMatchObject({ exitCode: 64 });
  });
});
