import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";
import { describe, expect, it } from "vitest";

import { journalDirectory, readJournals } from "../../journal.ts";
import { findProcess, processTable } from "../../local/process-table.ts";
import { namespacedRun, noNamespaces } from "../../testing/namespaced-run.ts";
import { probeNamespaces } from "./probe.ts";

const skipped = await noNamespaces();
if (skipped !== undefined) console.warn(`skipped: runs in network namespaces; ${skipped}`);
const program = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));

const words = (text: string): string[] => text.split(" ");
const ours = readlinkSync("/proc/self/ns/net");

/** The network namespaces of all processes, without that of this one. */
function namespaces(): Set<string> {
  const found = processTable().flatMap(({ pid }) => {
    try {
      return readlinkSync(`/proc/${pid}/ns/net`);
    } catch {
      return [];
    }
  });
  return new Set(found.filter((name) => name !== ours));
}

/** Starts a test that would go on for a minute, and gives the processes of its nodes and of its harness as soon as all nodes run. */
async function started(
  store: string,
): Promise<{ run: ReturnType<typeof spawn>; nodes: number[]; harness: number }> {
  const run = spawn(
    process.execPath,
    [
      program,
      "test",
      "paxos",
      "--nodes",
      "3",
      "--faults",
      "partition,pause",
      "--interval",
      "1",
      "--time",
      "60",
      "--network",
      "namespaces",
      "--store",
      store,
    ],
    { stdio: "ignore" },
  );
  const nodesOf = (): { nodes: number[]; harness: number } => {
    const [journal] = readJournals(journalDirectory(store));
    const entries = [...(journal?.entries.values() ?? [])];
    return {
      nodes: entries.flatMap((entry) => (entry.kind === "process" ? [entry.pid] : [])),
      harness: journal?.owner.pid ?? 0,
    };
  };
  await expect.poll(() => nodesOf().nodes.length, { timeout: 60_000, interval: 100 }).toBe(3);
  // The owner is written down with a number that holds here too: the run shares our process numbers.
  expect(findProcess(nodesOf().harness)?.started).toBe(
    readJournals(journalDirectory(store))[0]?.owner.started,
  );
  return { run, ...nodesOf() };
}

describe.skipIf(skipped !== undefined)("a run in network namespaces", () => {
  const before = namespaces();
  const kept = async (): Promise<void> => {
    await expect
      .poll(() => [...namespaces()].filter((name) => !before.has(name) && isOurs(name)), { timeout: 20_000 })
      .toEqual([]);
  };
  const seen = new Set<string>();
  const isOurs = (name: string): boolean => seen.has(name);
  const see = (pids: readonly number[]): void => {
    for (const pid of pids) seen.add(readlinkSync(`/proc/${pid}/ns/net`));
  };

  it("keeps its promise through every fault of links, each of which is applied", async () => {
    const faults = "partition,reset,latency,bandwidth,slow-close,loss,duplication,corruption,reorder";
    const run = await namespacedRun(
      ...words(`raft --nodes 5 --time 4 --interval 1 --seed 3 --faults ${faults}`),
    );
    expect(run.results.valid).toBe(true);
    expect(run.description.network).toBe("namespaces");
    expect(run.stderr).not.toMatch(/fault .* failed|after the final healing/);
    expect(run.history.length).toBeGreaterThan(100);
  }, 120_000);

  it("catches a bug that shows under partitions", async () => {
    const found = [];
    // Whether a client reads there while a node is cut off is up to chance; three times without any is not likely.
    for (const seed of [1, 2, 3]) {
      const { results, exitCode } = await namespacedRun(
        ...words(`paxos --mutant local-reads --nodes 3 --time 8 --interval 1 --seed ${seed}`),
        ...words("--faults partition --check-while-running --stop-at-violation"),
      );
      found.push([results.checks[0]?.valid, exitCode]);
      if (exitCode !== 0) break;
    }
    expect(found.at(-1)).toEqual([false, 1]);
  }, 180_000);

  it("leaves nothing when it is killed, nor when the process is that runs in the namespace", async () => {
    for (const victim of ["the one that was started", "the one in the namespace"]) {
      const store = mkdtempSync(join(tmpdir(), "rashomon-killed-"));
      const { run, nodes, harness } = await started(store);
      see([...nodes, harness]);
      process.kill(victim === "the one in the namespace" ? harness : (run.pid ?? 0), "SIGKILL");
      for (const pid of [...nodes, harness, run.pid ?? 0])
        await expect.poll(() => findProcess(pid), { timeout: 20_000 }).toBeUndefined();
      await kept();
    }
  }, 180_000);

  it("ends in good order when it is interrupted", async () => {
    const store = mkdtempSync(join(tmpdir(), "rashomon-interrupted-"));
    const { run, nodes, harness } = await started(store);
    see([...nodes, harness]);
    const exited = new Promise<number | null>((resolve) => run.once("exit", resolve));
    run.kill("SIGINT");
    expect(await exited).toBe(130);
    for (const pid of [...nodes, harness]) expect(findProcess(pid)).toBeUndefined();
    await kept();
    // All was undone, so the journal is gone.
    expect(readdirSync(journalDirectory(store))).toEqual([]);
    expect(readFileSync(join(store, "paxos-register", "latest", "results.json"), "utf8")).toContain(
      '"valid"',
    );
  }, 120_000);
});

/** As root: whether somebody without any rights can have such runs here. */
const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
const asNobody =
  process.getuid?.() === 0 &&
  (
    await execa(
      "setpriv",
      [...nobody, "unshare", "--user", "--map-root-user", "--net", process.execPath, program, "--version"],
      { reject: false },
    )
  ).exitCode === 0;

it.runIf(skipped === undefined && asNobody)(
  "is to be had without any rights where the host lets people have user namespaces",
  async () => {
    expect((await probeNamespaces()).available).toBe(true);
    const store = mkdtempSync(join(tmpdir(), "rashomon-nobody-"));
    chmodSync(store, 0o777);
    const options = [
      "test",
      "raft",
      "--nodes",
      "3",
      "--faults",
      "partition,latency,pause",
      "--interval",
      "1",
      "--time",
      "3",
    ];
    const { exitCode, stdout, stderr } = await execa(
      "setpriv",
      [
        ...nobody,
        process.execPath,
        program,
        ...options,
        "--network",
        "namespaces",
        "--store",
        store,
        "--json",
      ],
      { reject: false, env: { HOME: store } },
    );
    expect(stderr).not.toMatch(/fault .* failed/);
    expect(exitCode, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ valid: true });
  },
  120_000,
);
