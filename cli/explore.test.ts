import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";
import { describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "rashomon-explore-"));

interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

async function explore(...args: readonly string[]): Promise<Ran> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, "explore", ...args], {
    cwd: folder,
    reject: false,
    env: { NO_COLOR: "1" },
  });
  return { exitCode, stdout, stderr };
}

describe("rashomon explore", () => {
  it("exits with 0 where every run keeps every property, and says how much was seen", async () => {
    const { exitCode, stdout } = await explore("raft", "--configuration", "write");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^raft, write: holds in every run\n {2}[\d,]+ distinct states, [\d,]+ made, depth \d+; /,
    );
  });

  it("exits with 2 when a limit is met, and with --json prints one object", async () => {
    const { exitCode, stdout } = await explore(
      "raft",
      "--configuration",
      "write",
      "--states",
      "100",
      "--json",
    );
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      valid: "unknown",
      protocol: "raft",
      configurations: [{ configuration: "write", distinct: 100, reason: "the limit of 100 states was met" }],
    });
  });

  it("says of how long runs it speaks", async () => {
    const { exitCode, stdout } = await explore("raft", "--configuration", "write", "--depth", "4");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("holds in every run of at most 4 steps");
  });

  it("exits with 1 with a script of steps, which it saves, traces and replays", async () => {
    const found = await explore(
      "raft",
      "--mutant",
      "forgets-vote",
      "--save",
      "bug.json",
      "--trace",
      "bug.jsonl",
      "--report",
      "bug.html",
    );
    expect(found.exitCode).toBe(1);
    expect(found.stdout).toMatch(/broken: \S+\n/);
    const steps = found.stdout.split("\n").filter((line) => /^ +\d+\. /.test(line));
    expect(steps.length).toBeGreaterThan(3);
    expect(existsSync(join(folder, "bug.jsonl"))).toBe(true);
    expect(readFileSync(join(folder, "bug.html"), "utf8")).toContain('data-block="space-time"');

    const again = await explore("raft", "--replay", "bug.json");
    expect(again.exitCode).toBe(1);
    expect(again.stdout.split("\n").filter((line) => /^ +\d+\. /.test(line))).toEqual(steps);

    const script = readFileSync(join(folder, "bug.json"), "utf8");
    writeFileSync(join(folder, "torn.json"), script.slice(0, 100));
    expect(await explore("raft", "--replay", "torn.json")).toMatchObject({ exitCode: 65 });
    writeFileSync(join(folder, "other.json"), script.replace('"do": "crash"', '"do": "dance"'));
    const other = await explore("raft", "--replay", "other.json");
    expect(other.exitCode).toBe(65);
    expect(other.stderr).toMatch(/expected at step \d+ one of: /);
  });

  it("judges one property alone, behind what else is broken, and replays that", async () => {
    const alone = ["--property", "leader-uniqueness"];
    const found = await explore("raft", "--mutant", "forgets-vote", ...alone, "--save", "two-leaders.json");
    expect(found.exitCode).toBe(1);
    expect(found.stdout).toContain("n3 leads in ballot 1, in which n1 led.");
    const again = await explore("raft", "--replay", "two-leaders.json");
    expect(again.exitCode).toBe(1);
    expect(again.stdout).toContain("leader-uniqueness: n3 leads in ballot 1");

    const unknown = await explore("raft", "--property", "leader-uniquenes");
    expect(unknown.exitCode).toBe(64);
    expect(unknown.stderr).toContain("Did you mean leader-uniqueness?");
  });

  it("explores algorithms on shared memory", async () => {
    const { exitCode, stdout } = await explore("compare-and-swap");
    expect(stdout).toContain("compare-and-swap, ");
    expect(exitCode).toBe(0);
  });

  it("exits with 64 at names that it does not know, and at reductions that do not go together", async () => {
    const unknown = await explore("rafts");
    expect(unknown.exitCode).toBe(64);
    expect(unknown.stderr).toContain("Did you mean raft?");
    expect((await explore("raft", "--mutant", "x")).stderr).toContain('Unknown mutant of raft "x"');
    expect((await explore("raft", "--configuration", "x")).stderr).toContain(
      'Unknown configuration of raft "x"',
    );
    const both = await explore("raft", "--configuration", "write", "--symmetry", "--partial-order");
    expect(both.exitCode).toBe(64);
    expect((await explore("raft", "--liveness", "--partial-order")).exitCode).toBe(64);
  });
});
