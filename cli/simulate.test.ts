import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";
import { describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "rashomon-simulate-"));

/** Runs the program as a user would, in a folder of its own. */
async function simulate(...args: string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, "simulate", ...args], {
    cwd: folder,
    reject: false,
    env: { NO_COLOR: "1" },
  });
  return { exitCode, stdout, stderr };
}

const small = ["--nodes", "3", "--time", "3", "--workers", "1"];
const broken = ["paxos", "--mutant", "half-quorum", "--faults", "partition", "--seeds", "12", ...small];

/** What the JSON of an outcome has that these tests look at. */
interface Outcome {
  readonly valid: boolean | "unknown";
  readonly seeds: number;
  readonly events: number;
  readonly same?: boolean;
  readonly difference?: string;
  readonly failures: readonly {
    readonly checker: string;
    readonly anomaly: string;
    readonly seeds: readonly number[];
    readonly before: { readonly operations: number };
    readonly after: { readonly operations: number };
    readonly folder: string;
    readonly replay: string;
  }[];
}
const parsed = (stdout: string): Outcome => JSON.parse(stdout) as Outcome;

describe("rashomon simulate", () => {
  it("exits with 0 when no seed fails, and says how much it ran how fast", async () => {
    const { exitCode, stdout } = await simulate("paxos", "--seeds", "12", ...small);
    expect(stdout).toMatch(/^valid: no seed failed\n12 seeds, [\d,]+ operations, [\d,]+ events, .* seeds\/s/);
    expect(exitCode).toBe(0);
  });

  it("keeps the first failure of each kind, small, with a replay that repeats every byte of it", async () => {
    const { exitCode, stdout } = await simulate(...broken, "--json", "--store", "first");
    expect(exitCode).toBe(1);
    const { valid, seeds, events, failures } = parsed(stdout);
    expect({ valid, seeds }).toEqual({ valid: false, seeds: 12 });
    expect(events).toBeGreaterThan(1000);
    const [failure] = failures;
    expect(failure).toMatchObject({ checker: "linearizable", anomaly: "nonlinearizable" });
    expect(failure?.after.operations).toBeLessThan(failure?.before.operations ?? 0);
    const at = (name: string): string => join(folder, failure?.folder ?? "", name);
    const names = ["test.json", "history.jsonl", "trace.jsonl", "results.json", "report.html", "replay.json"];
    for (const name of names) expect(existsSync(at(name)), name).toBe(true);

    const again = await simulate("--replay", at("replay.json"), "--json", "--store", "second");
    expect(again.exitCode).toBe(1);
    const replayed = parsed(again.stdout);
    expect(replayed).toMatchObject({ valid: false, same: true, failures: [{ checker: "linearizable" }] });
    const second = replayed.failures[0]?.folder ?? "";
    for (const name of names) {
      expect(readFileSync(join(folder, second, name), "utf8") === readFileSync(at(name), "utf8"), name).toBe(
        true,
      );
    }

    // A replay of another mutant is another run, and says so.
    const text = readFileSync(at("replay.json"), "utf8");
    writeFileSync(join(folder, "other.json"), text.replace('"half-quorum"', '"local-reads"'));
    const other = await simulate("--replay", "other.json", "--json");
    expect(other.exitCode).toBe(2);
    expect(parsed(other.stdout)).toMatchObject({ valid: "unknown", same: false });
    expect(parsed(other.stdout).difference).toMatch(/^event \d+ is another/);
  });

  it("says the same for any number of workers", async () => {
    const outcomes = await Promise.all(
      ["1", "2"].map(async (workers) => {
        const { stdout } = await simulate(
          ...broken,
          "--seeds",
          "25",
          "--workers",
          workers,
          "--shrink-runs",
          "60",
          "--json",
          "--store",
          `workers-${workers}`,
        );
        return parsed(stdout);
      }),
    );
    const told = outcomes.map(({ valid, seeds, events, failures }) => ({
      valid,
      seeds,
      events,
      failures: failures.map(({ checker, seeds: failed, after }) => ({ checker, failed, after })),
    }));
    expect(told[0]).toEqual(told[1]);
  });

  it("tells failures in words, with the way to replay them", async () => {
    const { stdout } = await simulate(...broken, "--shrink-runs", "100");
    expect(stdout).toMatch(/^invalid: \d+ seeds? failed/);
    expect(stdout).toMatch(/linearizable: nonlinearizable {2}\d+ seeds?: \d+/);
    expect(stdout).toMatch(/shrunk in 100 runs: .* operations/);
    expect(stdout).toMatch(/replay rashomon simulate --replay store\/.*\/replay\.json/);
  });

  it("keeps what it has when it is interrupted", async () => {
    const running = execa(
      process.execPath,
      [program, "simulate", "paxos", "--seeds", "100000", "--workers", "1"],
      {
        cwd: folder,
        reject: false,
        env: { NO_COLOR: "1" },
      },
    );
    setTimeout(() => running.kill("SIGINT"), 4000);
    const { exitCode, stdout } = await running;
    expect(exitCode).toBe(130);
    expect(stdout).toContain("(interrupted)");
  });

  it("replays what exploration found, and keeps it like any run", async () => {
    const script = join(folder, "bug.json");
    await execa(
      process.execPath,
      [program, "explore", "raft", "--mutant", "forgets-vote", "--save", script],
      {
        reject: false,
      },
    );
    const { exitCode, stdout } = await simulate("raft", "--replay", script, "--json", "--store", "scripts");
    expect(exitCode).toBe(1);
    const { failures, ...outcome } = parsed(stdout);
    expect(outcome).toMatchObject({ valid: false, same: true, seeds: 1 });
    expect(failures).toMatchObject([{ checker: "durability", anomaly: "durability" }]);
    const kept = failures[0]?.folder ?? "";
    for (const name of [
      "test.json",
      "history.jsonl",
      "trace.jsonl",
      "results.json",
      "report.html",
      "replay.json",
    ])
      expect(existsSync(join(folder, kept, name)), name).toBe(true);
    const again = await simulate("--replay", join(kept, "replay.json"), "--store", "scripts");
    expect(again.stdout).toMatch(/broken in the simulated world too/);
    expect(again.stdout).toMatch(/1\. timer election of n1 fires/);
    const other = await simulate("paxos", "--replay", script);
    expect(other.exitCode).toBe(64);
    expect(other.stderr).toMatch(/is a run of raft, not of paxos/);
  });

  it("runs algorithms on shared memory, by schedules of chance", async () => {
    const args = [
      "bakery-lock-consensus",
      "--mutant",
      "no-doorway",
      "--seeds",
      "2000",
      "--workers",
      "1",
      "--json",
    ];
    const { exitCode, stdout } = await simulate(...args, "--store", "shared");
    expect(exitCode).toBe(1);
    const { valid, seeds, events, failures } = parsed(stdout);
    expect({ valid, seeds }).toEqual({ valid: false, seeds: 2000 });
    expect(events).toBeGreaterThan(2000);
    expect(failures[0]?.checker).toBe("mutual-exclusion");
    const again = await simulate("--replay", failures[0]?.replay ?? "", "--json", "--store", "shared");
    expect(again.exitCode).toBe(1);
    expect(parsed(again.stdout)).toMatchObject({ valid: false, same: true });
  });

  it("counts what a coin comes to, and says how often it may", async () => {
    const { exitCode, stdout } = await simulate("shared-coin", "--seeds", "400", "--workers", "1");
    expect(stdout).toMatch(
      /two-2, faces differ: 0\.\d+ of \d+ runs, 0\.0000 to 0\.1083 against any schedule/,
    );
    expect(exitCode).toBe(0);
  });

  it.each([
    [["nope"], 64, /Unknown protocol "nope"/],
    [[], 64, /Which protocol\?/],
    [["paxos", "--faults", "kil"], 64, /Did you mean kill/],
    [["test-and-set-lock-consensus", "--nodes", "3"], 64, /it has no nodes/],
    [["paxos", "--schedule", "uniform"], 64, /is for algorithms on shared memory/],
    [["paxos", "--seeds", "0"], 64, /whole number from 1 on/],
    [["--replay", "missing.json"], 65, /missing\.json: expected a readable file/],
  ])("%j exits with %i and says why", async (args, code, message) => {
    const { exitCode, stderr } = await simulate(...args);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(code);
  });
});
