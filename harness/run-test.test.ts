import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";
import { describe, expect, it } from "vitest";

import { checkConsensusLog, runChecks, type Verdict } from "../checkers/index.ts";
import { openRun, readConsensusLogs, type History } from "../histories/index.ts";
import { readJournals, journalDirectory } from "./journal.ts";
import { missingForClocks } from "./local/clock/open-clocks.ts";
import { findProcess, processTable } from "./local/process-table.ts";
import type { System } from "../systems/contracts/system.ts";
import { runTest } from "./run-test.ts";
import { findSystem } from "./systems.ts";
import { planTest, type TestOptions } from "./test-plan.ts";
import { startToxiproxy } from "./toxiproxy/index.ts";

const context = { versions: { rashomon: "test" }, started: "2026-01-02T03:04:05.678Z" };

/** Runs a test on real processes and reads back what was recorded. */
async function run(options: Omit<TestOptions, "system"> & { system?: string }, signal?: AbortSignal) {
  const store = mkdtempSync(join(tmpdir(), "rashomon-run-"));
  const plan = planTest({ system: "paxos", ...options }, context);
  const notes: string[] = [];
  const { folder, interrupted } = await runTest(plan, store, {
    note: (text) => notes.push(text),
    ...(signal === undefined ? {} : { signal }),
  });
  const stored = await openRun(folder);
  const history = await stored.history();
  return {
    store,
    folder,
    interrupted,
    notes,
    history,
    valid: runChecks(history, plan.description.checks).valid,
  };
}

/** Fault operations that began and ended, by function, without those that were not applied. */
function applied(history: History): Map<string, number> {
  const counts = new Map<string, number>();
  for (const operation of history) {
    if (operation.process !== "nemesis" || operation.error !== undefined) continue;
    counts.set(operation.f, (counts.get(operation.f) ?? 0) + 1);
  }
  return counts;
}

/** Processes of ours that a run would leave behind if it forgot them. */
function leftovers(store: string): number {
  return processTable().filter(({ pid }) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(store);
    } catch {
      return false;
    }
  }).length;
}

describe("a run of a real cluster", () => {
  it("keeps its promise through every fault that works everywhere, and leaves nothing behind", async () => {
    const faults = ["partition", "latency", "reset", "bandwidth", "slow-close", "kill", "terminate", "pause"];
    const wanted = ["start-partition", "kill", "restart", "pause", "resume", "terminate", "start-latency"];
    // Where a busy machine was too slow for all of them, once more and for longer.
    for (const seconds of [5, 25]) {
      const { store, notes, history, valid } = await run({ seed: "11", seconds, interval: 0.6, faults });
      expect(notes).toEqual([]);
      expect(valid).toBe(true);
      expect(leftovers(store)).toBe(0);
      expect(readJournals(journalDirectory(store))).toEqual([]);
      const counts = applied(history);
      const missed = wanted.filter((f) => (counts.get(f) ?? 0) === 0);
      if (missed.length === 0) return;
      if (seconds === 25) expect(missed).toEqual([]);
    }
  });

  it("has nodes write what they know as committed, which agrees where the protocol is right, and only there", async () => {
    const consensusOf = async (options: Omit<TestOptions, "seed">): Promise<Verdict> => {
      const { folder } = await run({
        seed: "3",
        nodes: 3,
        seconds: 2.5,
        interval: 0.6,
        faults: ["partition"],
        ...options,
      });
      const logs = await (await openRun(folder)).consensusLogs();
      expect(logs).toHaveLength(3);
      return checkConsensusLog(await readConsensusLogs(logs));
    };
    // As many as a machine commits that has anything to spare; a busy one needs more time for it.
    let compared = 0;
    for (const seconds of [2.5, 15]) {
      const right = await consensusOf({ system: "raft", seconds });
      expect(right.valid).toBe(true);
      compared = Number(right.statistics["compared-slots"]);
      if (compared > 100) break;
    }
    expect(compared).toBeGreaterThan(100);
    const decided = await consensusOf({ system: "paxos", workload: "decide", faults: ["kill"] });
    expect(decided.valid).toBe(true);
    expect(decided.statistics["compared-slots"]).toBeGreaterThan(0);
    const wrong = await consensusOf({ system: "raft", mutant: "half-quorum" });
    expect(wrong.anomalies.map(({ type }) => type)).toContain("agreement");
  });

  it("serves again after the final healing", async () => {
    const { history, valid } = await run({
      seed: "12",
      seconds: 2,
      interval: 0.5,
      faults: ["partition", "kill"],
    });
    const healed = history.select((i) => history.processOf(i) === "nemesis").at(-1) ?? 0;
    const after = history.select(
      (i) => i > healed && history.isClient(i) && history.operation(i).type === "ok",
    );
    expect(after.length).toBeGreaterThan(0);
    expect(valid).toBe(true);
  });

  it("ends early when asked to, healed, with what was recorded", async () => {
    const interruption = new AbortController();
    setTimeout(() => interruption.abort(), 2_500);
    const options = { seed: "13", seconds: 600, interval: 0.5, faults: ["pause", "partition"] };
    const { store, interrupted, history } = await run(options, interruption.signal);
    expect(interrupted).toBe(true);
    expect(history.length).toBeGreaterThan(0);
    expect(applied(history).get("resume") ?? 0).toBeGreaterThan(0);
    expect(leftovers(store)).toBe(0);
    expect(readJournals(journalDirectory(store))).toEqual([]);
  });

  it.skipIf(missingForClocks() !== undefined)(
    "survives clocks that jump, drift, swing and stand still (on x86-64, or: apt-get install libfaketime)",
    async () => {
      const { notes, history, valid } = await run({
        seed: "14",
        seconds: 3,
        interval: 0.6,
        faults: ["clock", "kill"],
      });
      expect(notes).toEqual([]);
      expect(applied(history).get("skew-clock") ?? 0).toBeGreaterThan(0);
      expect(valid).toBe(true);
    },
  );

  it("keeps what nodes write in their folders, and skews clocks, in a store named from where one stands", async () => {
    const store = relative(process.cwd(), mkdtempSync(join(tmpdir(), "rashomon-run-")));
    const faults = missingForClocks() !== undefined ? ["none"] : ["clock"];
    const plan = planTest({ system: "paxos", seed: "4", seconds: 2, interval: 0.5, faults }, context);
    const notes: string[] = [];
    const { folder } = await runTest(plan, store, { note: (text) => notes.push(text) });
    expect(notes).toEqual([]);
    for (const node of ["n1", "n2", "n3"]) {
      expect(readdirSync(join(folder, "nodes", node))).toEqual(expect.arrayContaining(["data", "node.log"]));
    }
  });

  it("tells of a node that dies though nobody asked it to", async () => {
    const store = mkdtempSync(join(tmpdir(), "rashomon-run-"));
    const plan = planTest({ system: "paxos", seed: "16", seconds: 4, faults: ["none"] }, context);
    const notes: string[] = [];
    const ours = (): number[] =>
      readJournals(journalDirectory(store)).flatMap(({ entries }) =>
        [...entries.values()].flatMap((entry) =>
          entry.kind === "process" && entry.node === "n2" ? [entry.pid] : [],
        ),
      );
    let killed = false;
    await runTest(plan, store, {
      note: (text) => notes.push(text),
      progress({ phase, operations }) {
        if (killed || phase !== "running" || operations === 0) return;
        killed = true;
        for (const pid of ours()) process.kill(pid, "SIGKILL");
      },
    });
    expect(notes).toEqual([
      "node n2 ended by itself: SIGKILL; its log may say why",
      "after the final healing: not running: n2; their logs may say why",
    ]);
  });

  it("partitions the clients of a system of one node from it", async () => {
    const { notes, history, valid } = await run({
      system: "memory-register",
      seed: "15",
      seconds: 2.5,
      interval: 0.6,
      faults: ["partition", "latency", "reset", "pause"],
    });
    expect(notes).toEqual([]);
    expect(applied(history).get("start-partition") ?? 0).toBeGreaterThan(0);
    expect(valid).toBe(true);
  });
});

describe("a run that cannot go on", () => {
  it("says that its Toxiproxy server is gone, and keeps what was recorded", async () => {
    const server = await startToxiproxy();
    const before = process.env["TOXIPROXY_URL"];
    process.env["TOXIPROXY_URL"] = server.url;
    setTimeout(() => void server.close(), 1_500);
    try {
      const options = { seed: "16", seconds: 600, interval: 0.5, faults: ["partition"], nodes: 3 };
      const failed = await run(options).catch((error: unknown) => error);
      expect(failed).toMatchObject({ code: "E_TOXIPROXY_LOST", exitCode: 70 });
      const folder = /kept in (.*)\.$/.exec(String(failed))?.[1] ?? "";
      expect((await (await openRun(folder)).history()).length).toBeGreaterThan(0);
      expect(leftovers(folder)).toBe(0);
    } finally {
      if (before === undefined) delete process.env["TOXIPROXY_URL"];
      else process.env["TOXIPROXY_URL"] = before;
    }
  });

  it("names the log of a node that does not start", async () => {
    const broken: System = {
      ...findSystem("paxos"),
      open: (surroundings) =>
        Promise.resolve({
          async start(node) {
            await surroundings.spawn(node, {
              command: process.execPath,
              arguments: ["-e", "process.exit(3)"],
            });
            throw new Error("it exited");
          },
          openClient: () => Promise.reject(new Error("nothing runs")),
          ping: () => Promise.resolve(false),
          close: () => Promise.resolve(),
        }),
    };
    const store = mkdtempSync(join(tmpdir(), "rashomon-broken-"));
    const plan = { ...planTest({ system: "paxos", seed: "17" }, context), system: broken };
    const failed = await runTest(plan, store).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "E_NODE_START", exitCode: 70 });
    expect(String(failed)).toMatch(/Node n\d did not start: it exited\.\nIts log: .*node\.log/);
    expect(leftovers(store)).toBe(0);
    expect(readJournals(journalDirectory(store))).toEqual([]);
  });

  it("says when runs cannot be kept where they should be", async () => {
    const store = join(mkdtempSync(join(tmpdir(), "rashomon-file-")), "file");
    writeFileSync(store, "");
    const plan = planTest({ system: "paxos", seed: "18" }, context);
    await expect(runTest(plan, join(store, "below"))).rejects.toMatchObject({
      code: "E_STORE",
      exitCode: 64,
    });
  });
});

describe("a mutant", () => {
  it("that reads without a quorum is caught under partitions", async () => {
    const { valid } = await run({
      mutant: "local-reads",
      nodes: 3,
      seed: "1",
      seconds: 15,
      interval: 1,
      faults: ["partition"],
      whileRunning: "stop",
    });
    expect(valid).toBe(false);
  });
});

describe("a harness that is killed", () => {
  it("leaves a readable history, no process, and a journal that the next run heals", async () => {
    const store = mkdtempSync(join(tmpdir(), "rashomon-killed-"));
    const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
    const harness = execa(
      process.execPath,
      [
        program,
        "test",
        "paxos",
        "--nodes",
        "3",
        "--faults",
        "pause",
        "--interval",
        "0.5",
        "--time",
        "600",
        "--store",
        store,
      ],
      { reject: false, stdio: "ignore" },
    );
    const history = join(store, "latest", "history.jsonl");
    const size = (): number => {
      try {
        return readFileSync(history).length;
      } catch {
        return 0;
      }
    };
    await expect.poll(size, { timeout: 30_000 }).toBeGreaterThan(20_000);
    harness.kill("SIGKILL");
    await harness;
    await expect.poll(() => leftovers(store), { timeout: 10_000 }).toBe(0);
    expect(readdirSync(journalDirectory(store))).toHaveLength(1);
    const stored = await openRun(store);
    expect((await stored.history()).length).toBeGreaterThan(100);
    const judged = await execa(process.execPath, [program, "check", store, "--json"], { reject: false });
    expect(JSON.parse(judged.stdout)).toMatchObject({ valid: true });
    const healed = await execa(process.execPath, [program, "heal", "--store", store], { reject: false });
    expect(healed.stdout).toContain("process n1: was gone");
    expect(readJournals(journalDirectory(store))).toEqual([]);
    expect(findProcess(harness.pid ?? 0)).toBeUndefined();
  });
});
