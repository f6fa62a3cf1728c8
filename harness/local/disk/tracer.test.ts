import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { heal } from "../../heal.ts";
import { FaultJournal, journalDirectory } from "../../journal.ts";
import type { DiskDisturbance } from "../../nemesis/disk-faults.ts";
import { processTree } from "../process-table.ts";
import { Supervisor } from "../supervisor.ts";
import { LocalDiskFaults } from "./disk-faults.ts";
import { missingForTracing } from "./tracer.ts";

const missing = missingForTracing();

/**
 * A program that writes and syncs from several threads and in a process that it starts, and says of each sync how it
 * went: `parent ok 3` (in 3 milliseconds), `child EIO 0`.
 */
const writer = `
  const fs = require("node:fs");
  const who = process.argv[1];
  if (who === "parent") require("node:child_process").spawn(process.execPath, ["-e", process.env.PROGRAM, "child"], { stdio: "inherit" });
  const file = fs.openSync(who, "a");
  const step = () => {
    fs.writeSync(file, "x");
    const before = performance.now();
    fs.fdatasync(file, (error) => {
      console.log(who, error?.code ?? "ok", Math.round(performance.now() - before));
      setTimeout(step, 2);
    });
  };
  step();
  step();
`;

describe.skipIf(missing !== undefined)(
  `what comes between a node and its disk (${missing ?? "strace"})`,
  () => {
    let store: string;
    let journal: FaultJournal;
    let supervisor: Supervisor;
    let faults: LocalDiskFaults;
    let endedByItself: string[];
    const log = (): string => join(store, "log");
    /** What was said since `from` lines were there. */
    const said = (from: number): string[] => readFileSync(log(), "utf8").trim().split("\n").slice(from);
    /** Waits until each process has said something new that `matches`. */
    const untilBothSay = async (
      matches: (outcome: string, milliseconds: number) => boolean,
    ): Promise<void> => {
      const from = said(0).length;
      const matching = (): string[] =>
        said(from).flatMap((line) => {
          const [who = "", outcome = "", milliseconds = ""] = line.split(" ");
          return matches(outcome, Number(milliseconds)) ? [who] : [];
        });
      await expect
        .poll(() => [...new Set(matching())].toSorted(), { timeout: 15_000 })
        .toEqual(["child", "parent"]);
    };

    beforeEach(async () => {
      store = mkdtempSync(join(tmpdir(), "rashomon-tracer-"));
      journal = new FaultJournal(journalDirectory(store), { pid: 0, started: "", run: store });
      endedByItself = [];
      supervisor = new Supervisor(journal, (node) => endedByItself.push(node));
      faults = new LocalDiskFaults({
        disks: undefined,
        directory: () => store,
        processes: supervisor,
        journal,
      });
      supervisor.start(
        "n1",
        { command: process.execPath, arguments: ["-e", writer, "parent"], environment: { PROGRAM: writer } },
        store,
        log(),
      );
      await expect
        .poll(() => existsSync(log()) && said(0).some((line) => line.startsWith("child")), {
          timeout: 10_000,
        })
        .toBe(true);
    });
    afterEach(async () => {
      await faults.close();
      await supervisor.close();
      expect(journal.open.size).toBe(0);
    });

    const healthy = (outcome: string, milliseconds: number): boolean => outcome === "ok" && milliseconds < 80;

    it.each<[string, DiskDisturbance, (outcome: string, milliseconds: number) => boolean]>([
      ["syncs that fail", { kind: "error", calls: "sync", once: false }, (outcome) => outcome === "EIO"],
      ["syncs that take long", { kind: "slow", milliseconds: 100 }, (_, milliseconds) => milliseconds >= 100],
    ])("%s, in all processes and threads, and then no more", async (_, disturbance, matches) => {
      expect(await faults.disturb("n1", disturbance)).toBe("disturbed");
      expect([...journal.open.values()].map(({ kind }) => kind)).toEqual(["process", "traced"]);
      await untilBothSay(matches);
      // Only one can come between; whoever undoes something else undoes nothing.
      expect(await faults.disturb("n1", { kind: "lie" })).toBe("busy");
      expect(await faults.undisturb("n1", "lie")).toBeNull();
      await supervisor.pause("n1");
      await supervisor.resume("n1");
      await untilBothSay(matches);
      expect(await faults.undisturb("n1", disturbance.kind)).toBeGreaterThan(2);
      await untilBothSay(healthy);
      expect([...journal.open.values()].map(({ kind }) => kind)).toEqual(["process"]);
    });

    it("the first sync of each thread that fails, and none after it", async () => {
      const from = said(0).length;
      await faults.disturb("n1", { kind: "error", calls: "sync", once: true });
      await untilBothSay(healthy);
      await expect.poll(() => said(from).filter((line) => line.includes("EIO")).length).toBeGreaterThan(1);
      await untilBothSay(healthy);
      await faults.undisturb("n1", "error");
    });

    it("death at a sync: of the whole node, though one process was killed", async () => {
      expect(await faults.killAtSync("n1", 2, true)).toBe("disturbed");
      await expect.poll(() => supervisor.alive("n1"), { timeout: 10_000 }).toBe(false);
      expect(await faults.undisturb("n1", "kill")).not.toBeNull();
      expect(endedByItself).toEqual([]);
    });

    it("no death at a sync, once that is taken back", async () => {
      await faults.killAtSync("n1", 60_000, false);
      await faults.undisturb("n1", "kill");
      await untilBothSay(healthy);
      expect(processTree(supervisor.pid("n1") ?? 0)).toHaveLength(2);
    });

    it("is taken away by healing when the harness is gone", async () => {
      await faults.disturb("n1", { kind: "slow", milliseconds: 1 });
      const [report] = await heal(journalDirectory(store));
      expect(report?.failed).toEqual([]);
      expect(report?.healed.map(({ entry, outcome }) => [entry.kind, outcome])).toEqual([
        ["traced", "detached"],
        ["process", "ended"],
      ]);
    });
  },
);
