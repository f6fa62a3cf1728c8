import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { afterEach, describe, expect, it } from "vitest";

import { FaultJournal } from "../journal.ts";
import { findProcess, processTree, signal } from "./process-table.ts";
import { Supervisor } from "./supervisor.ts";

/** A program with a child of its own; both run for ever, and it ends politely when asked. */
const family = `
  const { spawn } = require("node:child_process");
  spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  process.on("SIGTERM", () => process.exit(0));
  console.log("up");
  setInterval(() => {}, 1000);
`;

let supervisor: Supervisor;
let journal: FaultJournal;
let directory: string;
let endedByItself: string[];

async function startFamily(): Promise<number> {
  directory = mkdtempSync(join(tmpdir(), "rashomon-supervisor-"));
  journal = new FaultJournal(join(directory, "journal"), { pid: process.pid, started: "", run: directory });
  endedByItself = [];
  supervisor = new Supervisor(journal, (node, how) => endedByItself.push(`${node}: ${how}`));
  return startFamilyAgain();
}

async function startFamilyAgain(): Promise<number> {
  const program = { command: process.execPath, arguments: ["-e", family] };
  supervisor.start("n1", program, directory, join(directory, "log"));
  const pid = supervisor.pid("n1") ?? 0;
  await expect.poll(() => processTree(pid).length, { timeout: 10_000 }).toBe(2);
  return pid;
}

describe("the supervisor of processes", () => {
  afterEach(() => supervisor.close());

  it("kills the whole tree of a node and strikes it out of the journal", async () => {
    const pid = await startFamily();
    expect(supervisor.alive("n1")).toBe(true);
    expect([...journal.open.values()]).toMatchObject([{ kind: "process", node: "n1", pid }]);
    await supervisor.kill("n1");
    expect(processTree(pid)).toEqual([]);
    expect(supervisor.alive("n1")).toBe(false);
    expect(journal.open.size).toBe(0);
  });

  it("pauses and resumes the whole tree", async () => {
    const pid = await startFamily();
    await supervisor.pause("n1");
    expect(processTree(pid).map(({ state }) => state)).toEqual(["T", "T"]);
    expect([...journal.open.values()].map(({ kind }) => kind)).toEqual(["process", "stopped"]);
    await supervisor.resume("n1");
    expect(processTree(pid).map(({ state }) => state)).not.toContain("T");
    expect([...journal.open.values()].map(({ kind }) => kind)).toEqual(["process"]);
  });

  it("says of a node that ends as it is to be paused that it has ended", async () => {
    const pid = await startFamily();
    for (const each of processTree(pid)) signal(each.pid, "SIGKILL");
    await expect(supervisor.pause("n1")).rejects.toThrow("node n1 ended before it stopped");
    await expect.poll(() => journal.open.size).toBe(0);
    expect(endedByItself).toEqual(["n1: SIGKILL"]);
  });

  it("kills a node that is paused", async () => {
    const pid = await startFamily();
    await supervisor.pause("n1");
    await supervisor.kill("n1");
    expect(processTree(pid)).toEqual([]);
    expect(journal.open.size).toBe(0);
  });

  it("lets a node end by itself when terminated, and says if it had to be forced", async () => {
    await startFamily();
    expect(await supervisor.terminate("n1", 5_000)).toBe("ended");
    supervisor.start(
      "stubborn",
      {
        command: process.execPath,
        arguments: ["-e", `process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)`],
      },
      directory,
      join(directory, "stubborn.log"),
    );
    await expect
      .poll(() => readFileSync(join(directory, "stubborn.log"), "utf8"), { timeout: 10_000 })
      .toContain("up");
    expect(await supervisor.terminate("stubborn", 100)).toBe("killed");
    expect(supervisor.alive("stubborn")).toBe(false);
  });

  it("tells of a node that has died by itself, and ends what that had started", async () => {
    const pid = await startFamily();
    const child = processTree(pid).find((each) => each.pid !== pid)?.pid ?? 0;
    signal(pid, "SIGKILL");
    await expect.poll(() => endedByItself).toEqual(["n1: SIGKILL"]);
    expect(supervisor.alive("n1")).toBe(false);
    await expect.poll(() => findProcess(child)).toBeUndefined();
    expect(journal.open.size).toBe(0);
    const quitter = { command: process.execPath, arguments: ["-e", "process.exit(3)"] };
    supervisor.start("n2", quitter, directory, join(directory, "n2.log"));
    await expect.poll(() => endedByItself, { timeout: 10_000 }).toEqual(["n1: SIGKILL", "n2: exit code 3"]);
  });

  it("tells of no node that was killed or terminated, and leaves no child of it", async () => {
    const pid = await startFamily();
    const child = processTree(pid).find((each) => each.pid !== pid)?.pid ?? 0;
    expect(await supervisor.terminate("n1", 5_000)).toBe("ended");
    await expect.poll(() => findProcess(child)).toBeUndefined();
    await startFamilyAgain();
    await supervisor.kill("n1");
    expect(endedByItself).toEqual([]);
  });
});

describe("the end of the harness", () => {
  it("ends every node, even if the harness is killed and a node is paused", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rashomon-harness-"));
    const program = join(folder, "harness.mjs");
    const entry = (name: string): string =>
      JSON.stringify(new URL(`../../dist/modules/harness/${name}`, import.meta.url).href);
    writeFileSync(
      program,
      `
      const { Supervisor } = await import(${entry("local/supervisor.js")});
      const { FaultJournal } = await import(${entry("journal.js")});
      const journal = new FaultJournal(${JSON.stringify(join(folder, "journal"))}, { pid: process.pid, started: "", run: "" });
      const supervisor = new Supervisor(journal);
      const forever = { command: process.execPath, arguments: ["-e", "setInterval(() => {}, 1000)"] };
      for (const node of ["n1", "n2"]) supervisor.start(node, forever, ${JSON.stringify(folder)}, ${JSON.stringify(join(folder, "log"))});
      await supervisor.pause("n2");
      console.log(JSON.stringify([supervisor.pid("n1"), supervisor.pid("n2")]));
      setInterval(() => {}, 1000);
      `,
    );
    const harness = execa(process.execPath, [program], { reject: false, buffer: false });
    const line = await new Promise<string>((resolve) =>
      harness.stdout.once("data", (data: Buffer) => resolve(data.toString())),
    );
    const pids: unknown = JSON.parse(line);
    const nodes = Array.isArray(pids) ? pids.map(Number) : [];
    expect(nodes.map((pid) => findProcess(pid) !== undefined)).toEqual([true, true]);
    harness.kill("SIGKILL");
    await harness;
    await expect
      .poll(() => nodes.map((pid) => findProcess(pid) !== undefined), { timeout: 10_000 })
      .toEqual([false, false]);
  });
});
