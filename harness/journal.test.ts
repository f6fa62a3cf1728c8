import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { Toxiproxy } from "toxiproxy-node-client";
import { describe, expect, it } from "vitest";

import { heal } from "./heal.ts";
import { FaultJournal, readJournals } from "./journal.ts";
import { findProcess, signal } from "./local/process-table.ts";
import { startToxiproxy } from "./toxiproxy/index.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "rashomon-journal-"));
/** A harness that is no more: no process has this start. */
const gone = { pid: 2 ** 30, started: "0", run: "store/paxos/1" };
const cut = { kind: "toxic", url: "http://127.0.0.1:1", proxy: "p", toxic: "t" } as const;

describe("the journal of faults", () => {
  it("may be gone by the time it is read, since the run that wrote it has ended", () => {
    const directory = folder();
    symlinkSync(join(directory, "nothing"), join(directory, "1-1.jsonl"));
    expect(readJournals(directory)).toEqual([]);
  });

  it("holds what was entered and not struck out", () => {
    const directory = folder();
    const journal = new FaultJournal(directory, gone);
    const first = journal.enter(cut);
    journal.enter({ kind: "stopped", node: "n1", pids: [{ pid: 77, started: "5" }] });
    journal.strike(first);
    const [read] = readJournals(directory);
    expect(read?.owner).toEqual(gone);
    expect([...(read?.entries.values() ?? [])]).toEqual([
      { kind: "stopped", node: "n1", pids: [{ pid: 77, started: "5" }] },
    ]);
  });

  it("is on disk before `enter` returns", () => {
    const journal = new FaultJournal(folder(), gone);
    journal.enter(cut);
    expect(readFileSync(journal.path, "utf8")).toContain('"toxic":"t"');
  });

  it("leaves no file behind when all was undone", () => {
    const journal = new FaultJournal(folder(), gone);
    journal.strike(journal.enter(cut));
    journal.close();
    expect(existsSync(journal.path)).toBe(false);
  });

  it("is read although its last line was torn by a crash", () => {
    const directory = folder();
    const journal = new FaultJournal(directory, gone);
    journal.enter(cut);
    appendFileSync(journal.path, '{"id":2,"apply":{"kind":"tox');
    expect(readJournals(directory)[0]?.entries.size).toBe(1);
  });

  it("ignores files that are no journals", () => {
    const directory = folder();
    writeFileSync(join(directory, "x.jsonl"), "what\n[1]\n");
    expect(readJournals(directory)).toEqual([]);
  });
});

describe("healing", () => {
  it("ends the processes of a run that is no more, even paused ones", async () => {
    const directory = folder();
    const child = execa(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
      detached: true,
      reject: false,
      stdio: "ignore",
    });
    const pid = child.pid ?? 0;
    const started = findProcess(pid)?.started ?? "";
    new FaultJournal(directory, gone).enter({ kind: "process", node: "n1", pid, started });
    signal(pid, "SIGSTOP");
    const [report] = await heal(directory);
    await child;
    expect(report?.healed[0]?.outcome).toBe("ended");
    expect(findProcess(pid)).toBeUndefined();
    expect(readJournals(directory)).toEqual([]);
  });

  it("resumes paused processes", async () => {
    const directory = folder();
    const child = execa(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
      reject: false,
      stdio: "ignore",
    });
    const pid = child.pid ?? 0;
    new FaultJournal(directory, gone).enter({
      kind: "stopped",
      node: "n1",
      pids: [{ pid, started: findProcess(pid)?.started ?? "" }],
    });
    signal(pid, "SIGSTOP");
    await heal(directory);
    await expect.poll(() => findProcess(pid)?.state).not.toBe("T");
    signal(pid, "SIGKILL");
    await child;
  });

  it("does not touch a later process that has the number of a dead one", async () => {
    const directory = folder();
    const child = execa(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
      reject: false,
      stdio: "ignore",
    });
    const pid = child.pid ?? 0;
    new FaultJournal(directory, gone).enter({ kind: "process", node: "n1", pid, started: "another start" });
    const [report] = await heal(directory);
    expect(report?.healed[0]?.outcome).toBe("was gone");
    expect(findProcess(pid)).toBeDefined();
    signal(pid, "SIGKILL");
    await child;
  });

  it.runIf(existsSync("/dev/shm"))(
    "removes what libfaketime shared with a process of ours, and not with a later one that has its number",
    async () => {
      const directory = folder();
      const child = execa("sleep", ["60"], { reject: false });
      const memory = (pid: number): string => `/dev/shm/faketime_shm_${pid}`;
      const [theirs, ours] = [child.pid ?? 0, 2 ** 30];
      for (const pid of [theirs, ours]) writeFileSync(memory(pid), "");
      const journal = new FaultJournal(directory, gone);
      for (const pid of [theirs, ours])
        journal.enter({ kind: "clock-memory", node: "n1", pid, started: "another start" });
      const [report] = await heal(directory);
      expect(report?.healed.map(({ outcome }) => outcome)).toEqual(["removed", "was gone"]);
      expect(existsSync(memory(ours))).toBe(false);
      expect(existsSync(memory(theirs))).toBe(true);
      rmSync(memory(theirs));
      child.kill("SIGKILL");
      await child;
    },
  );

  it("removes toxics and proxies from a server that lives on", async () => {
    const directory = folder();
    const server = await startToxiproxy();
    const client = new Toxiproxy(server.url);
    const kept = await client.createProxy({
      name: "somebody-else",
      listen: "127.0.0.1:0",
      upstream: "127.0.0.1:1",
    });
    const proxy = await client.createProxy({ name: "ours", listen: "127.0.0.1:0", upstream: "127.0.0.1:1" });
    await proxy.addToxic({
      name: "cut",
      type: "timeout",
      stream: "upstream",
      toxicity: 1,
      attributes: { timeout: 0 },
    });
    const journal = new FaultJournal(directory, gone);
    journal.enter({ kind: "proxies", url: server.url, names: ["ours"] });
    journal.enter({ kind: "toxic", url: server.url, proxy: "ours", toxic: "cut" });
    const [report] = await heal(directory);
    expect(report?.failed).toEqual([]);
    expect(Object.keys(await client.getAll())).toEqual([kept.name]);
    await server.close();
  });

  it("finds nothing to do where the server is gone too", async () => {
    const directory = folder();
    new FaultJournal(directory, gone).enter(cut);
    const [report] = await heal(directory);
    expect(report?.failed).toEqual([]);
  });

  it("leaves a run alone that still goes on", async () => {
    const directory = folder();
    const started = findProcess(process.pid)?.started ?? "";
    const journal = new FaultJournal(directory, { pid: process.pid, started, run: "here" });
    journal.enter(cut);
    const [report] = await heal(directory);
    expect(report?.running).toBe(true);
    expect(readJournals(directory)[0]?.entries.size).toBe(1);
  });
});
