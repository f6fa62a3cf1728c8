import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa, type Options } from "execa";
import { describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "rashomon-cli-"));

interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as a user would, in a folder of its own. */
async function rashomon(args: readonly string[], options: Options = {}): Promise<Ran> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...args], {
    cwd: folder,
    reject: false,
    env: { NO_COLOR: "1" },
    ...options,
  });
  return { exitCode, stdout: String(stdout), stderr: String(stderr) };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** As Knossos prints it: a stream of maps. */
const fresh = `{:process 0, :type :invoke, :f :write, :value 1}
{:process 0, :type :ok, :f :write, :value 1}
{:process 1, :type :invoke, :f :read, :value nil}
{:process 1, :type :ok, :f :read, :value 1}
`;
const stale = fresh
  .replace(":f :read, :value 1", ":f :read, :value nil")
  .replace(
    ":value nil}\n{:process 1, :type :ok, :f :read, :value nil",
    ":value nil}\n{:process 1, :type :ok, :f :read, :value 0",
  );
/** As Jepsen's independent workloads print it: values are [key value]. */
const independent = `[{:index 0, :time 0, :process 0, :type :invoke, :f :write, :value [:a 1]}
 {:index 1, :time 1, :process 0, :type :ok, :f :write, :value [:a 1]}
 {:index 2, :time 2, :process :nemesis, :type :info, :f :start-partition, :value :majority}
 {:index 3, :time 3, :process 1, :type :invoke, :f :read, :value [:b nil]}
 {:index 4, :time 4, :process 1, :type :ok, :f :read, :value [:b nil]}
 {:index 5, :time 5, :process 2, :type :invoke, :f :cas, :value [:a [1 2]]}
 {:index 6, :time 6, :process 2, :type :info, :f :cas, :value [:a [1 2]], :error :timeout}
 {:index 7, :time 7, :process 1, :type :invoke, :f :read, :value [:a nil]}
 {:index 8, :time 8, :process 1, :type :ok, :f :read, :value [:a 2]}]
`;

describe("rashomon check", () => {
  it("exits with 0 and says VALID for a history that is linearizable", async () => {
    const { exitCode, stdout } = await rashomon([
      "check",
      file("fresh.edn", fresh),
      "--linearizable",
      "register",
    ]);
    expect(stdout).toContain("VALID  linearizable(register)");
    expect(stdout).toContain("verified");
    expect(exitCode).toBe(0);
  });

  it("exits with 1 and says why for one that is not", async () => {
    const { exitCode, stdout } = await rashomon([
      "check",
      file("stale.edn", stale),
      "--linearizable",
      "register",
    ]);
    expect(stdout).toContain("INVALID  linearizable(register)");
    expect(exitCode).toBe(1);
  });

  it("exits with 2 where nothing could have shown a violation", async () => {
    const writes = fresh.split("\n").slice(0, 2).join("\n");
    const { exitCode, stdout } = await rashomon([
      "check",
      file("writes.edn", writes),
      "--linearizable",
      "register",
    ]);
    expect(stdout).toMatch(/UNKNOWN[^]*no evidence/);
    expect(exitCode).toBe(2);
  });

  it("judges each key by itself where values are unmistakably [key value] pairs, and says so", async () => {
    const path = file("independent.edn", independent);
    const { exitCode, stdout } = await rashomon(["check", path, "--linearizable", "cas-register", "--json"]);
    const line: unknown = JSON.parse(stdout);
    expect(line).toMatchObject({
      valid: true,
      operations: 4,
      checks: [
        {
          checker: "linearizable",
          model: "cas-register",
          valid: true,
          certificate: { verified: true },
          statistics: { partitions: 2 },
        },
      ],
    });
    expect(stdout).toContain("--no-keyed");
    expect(exitCode).toBe(0);
  });

  it("takes the user's word on keys", async () => {
    const { exitCode, stderr } = await rashomon([
      "check",
      file("i2.edn", independent),
      "--linearizable",
      "cas-register",
      "--no-keyed",
    ]);
    expect(exitCode).not.toBe(0);
    expect(stderr).not.toContain("internal error");
  });

  it("asks isolation and causal checkers what a read of null says, as it tells people to", async () => {
    const path = file(
      "nulls.edn",
      `{:type :invoke, :f :write, :value 1, :process 0}
{:type :ok, :f :write, :value 1, :process 0}
{:type :invoke, :f :read, :value nil, :process 0}
{:type :ok, :f :read, :value nil, :process 0}
{:type :invoke, :f :read, :value nil, :process 1}
{:type :ok, :f :read, :value 1, :process 1}`,
    );
    const validOf = async (...asked: readonly string[]): Promise<unknown> => {
      const { stdout } = await rashomon(["check", path, "--json", ...asked]);
      return (JSON.parse(stdout) as { readonly valid: unknown }).valid;
    };
    expect(await validOf("--checker", "causal-memory")).toBe("unknown");
    expect(await validOf("--checker", "causal-memory", "--null-reads", "value")).toBe(false);
    expect(await validOf("--checker", "causal-memory", "--null-reads", "unknown")).toBe(true);
    expect(await validOf("--isolation", "read-your-writes", "--null-reads", "value")).toBe(false);
    const { stderr } = await rashomon(["check", path, "--checker", "stats", "--null-reads", "value"]);
    expect(stderr).toContain("--null-reads goes with");
  });

  it("prints one line of JSON a history, in order, and the exit code of the worst", async () => {
    const good = file("g.edn", fresh);
    const bad = file("b.edn", stale);
    const { exitCode, stdout } = await rashomon(["check", bad, good, "--linearizable", "register", "--json"]);
    const lines = stdout.split("\n").map((text): unknown => JSON.parse(text));
    expect(lines).toMatchObject([
      { valid: false, history: bad },
      { valid: true, history: good },
    ]);
    expect(exitCode).toBe(1);
  });

  it("keeps judging the others when one file cannot be read", async () => {
    const good = file("good.edn", fresh);
    const torn = file("torn.edn", fresh.slice(0, 80));
    const { exitCode, stdout, stderr } = await rashomon([
      "check",
      torn,
      good,
      "--linearizable",
      "register",
      "--json",
    ]);
    expect(exitCode).toBe(65);
    expect(stderr).toContain("torn.edn:");
    expect(stdout.split("\n").map((text): unknown => JSON.parse(text))).toMatchObject([
      { valid: "unknown" },
      { valid: true },
    ]);
  });

  it("reads standard input", async () => {
    const { exitCode } = await rashomon(["check", "-", "--linearizable", "register"], { input: fresh });
    expect(exitCode).toBe(0);
  });

  it("says when the report cannot be written", async () => {
    const { exitCode, stderr } = await rashomon([
      "check",
      file("s.edn", stale),
      "--linearizable",
      "register",
      "--report",
      folder,
    ]);
    expect(exitCode).toBe(64);
    expect(stderr).toContain(`The report cannot be written to ${folder}`);
  });

  it("writes a report that stands alone", async () => {
    const report = join(folder, "stale.html");
    await rashomon(["check", file("s.edn", stale), "--linearizable", "register", "--report", report]);
    expect(readFileSync(report, "utf8")).toMatch(/^<!doctype html>/i);
  });

  it.each([
    ["no such file", ["check", "nowhere.edn", "--linearizable", "register"], 65, /nowhere\.edn: expected/],
    ["an unknown model", ["check", "x.edn", "--linearizable", "registre"], 64, /Did you mean register/],
    ["no model at all", ["check", "x.edn"], 64, /--linearizable <model>/],
    ["an unknown option", ["check", "x.edn", "--linearisable", "register"], 64, /--linearizable/],
    ["an unknown command", ["chekc"], 64, /check/],
    [
      "a value that is no JSON",
      ["check", "x.edn", "--linearizable", "register", "--initial", "{"],
      64,
      /JSON value/,
    ],
  ])("says what is wrong with %s", async (_, args, code, message) => {
    file("x.edn", fresh);
    const { exitCode, stdout, stderr } = await rashomon(args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe("");
    expect(exitCode).toBe(code);
  });

  it("names the operation that the model cannot read", async () => {
    const { exitCode, stderr } = await rashomon([
      "check",
      file("q.edn", fresh.replaceAll(":write", ":enqueue")),
      "--linearizable",
      "register",
    ]);
    expect(stderr).toMatch(/enqueue/);
    expect(exitCode).toBe(64);
  });
});

describe("rashomon convert", () => {
  it("converts EDN to the native format and back without loss", async () => {
    const path = file("c.edn", independent);
    await rashomon(["convert", path, "c.jsonl"]);
    await rashomon(["convert", "c.jsonl", "c2.edn"]);
    await rashomon(["convert", "c2.edn", "c2.jsonl"]);
    expect(readFileSync(join(folder, "c2.jsonl"), "utf8")).toBe(
      readFileSync(join(folder, "c.jsonl"), "utf8"),
    );
  });
});

describe("rashomon list, doctor, heal and help", () => {
  it("list everything, as text and as JSON", async () => {
    const { stdout } = await rashomon(["list"]);
    for (const name of ["paxos", "sticky-bit", "register", "linearizable", "cas-register", "partition"])
      expect(stdout).toContain(name);
    const json: unknown = JSON.parse((await rashomon(["list", "systems", "--json"])).stdout);
    const withMutant = (name: string, mutant: string): unknown =>
      expect.objectContaining({
        name,
        mutants: expect.arrayContaining([expect.objectContaining({ name: mutant })]) as unknown,
      });
    expect(json).toMatchObject({
      systems: expect.arrayContaining([
        withMutant("paxos", "local-reads"),
        withMutant("raft", "forgets-vote"),
        expect.objectContaining({ name: "memory-register" }),
        withMutant("snapshot-store", "long-fork"),
        expect.objectContaining({ name: "serializable-store" }),
      ]) as unknown,
    });
  });

  it("tell of a system how it can be set, hurt and explored, and its known bugs", async () => {
    const { stdout } = await rashomon(["list", "systems", "raft"]);
    for (const detail of [
      "strict-serializable",
      "membership",
      "--configuration figure-8",
      "--mutant forgets-vote",
    ])
      expect(stdout).toContain(detail);
    expect((await rashomon(["list", "systems", "mariadb"])).stdout).toMatch(
      /--set binary-log= .*\n.*off, on/u,
    );
    expect((await rashomon(["list", "algorithms", "sticky-bit"])).stdout).toContain("any number");
    expect(await rashomon(["list", "systems", "rafft"])).toMatchObject({
      exitCode: 64,
      stderr: expect.stringContaining("Did you mean raft?") as unknown,
    });
  });

  it("probe this machine", async () => {
    const diagnoses: unknown = JSON.parse((await rashomon(["doctor", "--json"])).stdout);
    expect(diagnoses).toContainEqual(
      expect.objectContaining({
        faults: expect.arrayContaining(["partition", "slow-close"]),
        available: true,
      }),
    );
    expect(diagnoses).toContainEqual(
      expect.objectContaining({ faults: expect.arrayContaining(["loss", "reorder"]) }),
    );
    expect(diagnoses).toContainEqual(
      expect.objectContaining({ faults: expect.arrayContaining(["kill", "pause"]), available: true }),
    );
    expect(diagnoses).toContainEqual(expect.objectContaining({ faults: ["clock"] }));
  });

  it("find nothing to heal in a store that is not there", async () => {
    expect(await rashomon(["heal", "--store", "nowhere"])).toMatchObject({
      exitCode: 0,
      stdout: "Nothing to heal.",
    });
  });

  it.each(["check", "test", "report", "list", "convert", "heal", "doctor", "demo"])(
    "show help with an example for %s",
    async (command) => {
      const { exitCode, stdout } = await rashomon([command, "--help"]);
      expect(stdout).toContain(`rashomon ${command}`);
      expect(stdout).toMatch(/Examples?:/);
      expect(exitCode).toBe(0);
    },
  );
});

describe("rashomon test", () => {
  it.each([
    ["an unknown system", ["test", "paxso"], /Did you mean paxos/],
    ["an unknown mutant", ["test", "paxos", "--mutant", "x"], /local-reads/],
    ["an unknown fault", ["test", "paxos", "--faults", "partitoin"], /Did you mean partition/],
    [
      "a fault that the system cannot have",
      ["test", "memory-register", "--faults", "kill"],
      /memory-register cannot have the fault kill/,
    ],
    ["too many nodes", ["test", "memory-register", "--nodes", "3"], /1 node/],
    ["a time that is none", ["test", "paxos", "--time", "-1"], /above 0/],
    ["a stop that nobody watches for", ["test", "paxos", "--stop-at-violation"], /--check-while-running/],
  ])("says what is wrong with %s, and starts nothing", async (_, args, message) => {
    const { exitCode, stderr } = await rashomon([...args, "--store", "untouched"]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(64);
    expect(existsSync(join(folder, "untouched"))).toBe(false);
  });

  it("runs a simple system without faults, keeps the run, and judges it again from the store", async () => {
    const ran = await rashomon([
      "test",
      "memory-register",
      "--faults",
      "none",
      "--time",
      "1",
      "--seed",
      "3",
      "--store",
      "simple",
      "--json",
    ]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ valid: true });
    expect(ran.exitCode).toBe(0);
    for (const name of ["test.json", "history.jsonl", "results.json", "report.html"]) {
      expect(existsSync(join(folder, "simple", "latest", name))).toBe(true);
    }
    expect(await rashomon(["check", "simple/latest"])).toMatchObject({ exitCode: 0 });
    expect(await rashomon(["report", "simple"])).toMatchObject({ exitCode: 0 });
  });
});
