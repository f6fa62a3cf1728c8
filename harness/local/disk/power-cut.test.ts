import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { heal } from "../../heal.ts";
import { FaultJournal, journalDirectory, readJournals } from "../../journal.ts";
import { Supervisor } from "../supervisor.ts";
import { LocalDiskFaults } from "./disk-faults.ts";
import { isMounted } from "./mounts.ts";
import { missingForDisks } from "./needs.ts";
import { NodeDisk } from "./node-disk.ts";
import { NodeDisks } from "./node-disks.ts";
import { probeDisk } from "./probe.ts";

/** Writes lines to three files, of which it syncs only the first, and says on its output which are written. */
const writer = `
  const fs = require("node:fs");
  fs.mkdirSync("new");
  const files = ["synced", "unsynced", "new/file"].map((name) => fs.openSync(name, "a"));
  const folder = fs.openSync(".", "r");
  fs.fsyncSync(folder);
  let line = 0;
  const step = () => {
    line++;
    for (const file of files) fs.writeSync(file, line + "\\n");
    fs.fsyncSync(files[0]);
    console.log(line);
    setTimeout(step, 1);
  };
  step();
`;

const missing = missingForDisks();
const lines = (path: string): string[] => readFileSync(path, "utf8").trim().split("\n");

describe.skipIf(missing !== undefined)(`the power of a node that is cut (${missing ?? "root, ext4"})`, () => {
  let store: string;
  let journal: FaultJournal;
  let supervisor: Supervisor;
  let disks: NodeDisks;
  let faults: LocalDiskFaults;
  const logOf = (node: string): string => join(store, node, "log");
  const start = async (node: string): Promise<void> => {
    const specification = { command: process.execPath, arguments: ["-e", writer] };
    supervisor.start(node, specification, disks.of(node).files, logOf(node));
    await expect
      .poll(() => existsSync(logOf(node)) && lines(logOf(node)).length, { timeout: 10_000 })
      .toBeGreaterThan(20);
  };

  beforeEach(async () => {
    store = mkdtempSync(join(tmpdir(), "rashomon-disks-"));
    for (const node of ["n1", "n2"]) mkdirSync(join(store, node));
    // An owner that is no more, so that healing does not leave its journal alone.
    journal = new FaultJournal(journalDirectory(store), { pid: 0, started: "", run: store });
    supervisor = new Supervisor(journal);
    disks = await NodeDisks.open(["n1", "n2"], store, journal);
    faults = new LocalDiskFaults({
      disks,
      directory: (node) => disks.of(node).files,
      processes: supervisor,
      journal,
    });
  });
  afterEach(async () => {
    await supervisor.close();
    await disks.close();
    expect(journal.open.size).toBe(0);
  });

  it("loses what was not synced, keeps what was, and leaves other nodes alone", async () => {
    await Promise.all([start("n1"), start("n2")]);
    await faults.cutPower("n1");
    expect(supervisor.alive("n1")).toBe(false);
    expect(supervisor.alive("n2")).toBe(true);
    const { files } = disks.of("n1");
    const told = lines(logOf("n1")).length;
    const kept = lines(join(files, "synced"));
    expect(kept.slice(0, told)).toEqual(Array.from({ length: told }, (_, i) => String(i + 1)));
    // Names that were made and not synced may be there, by the syncs of others; what was written is not.
    for (const name of ["unsynced", "new/file"]) {
      const path = join(files, name);
      expect(existsSync(path) ? readFileSync(path, "utf8").replaceAll("\0", "") : "").toBe("");
    }
    disks.verify();
  });

  it("leaves a disk that can be used again, and whose power can be cut again", async () => {
    const file = join(disks.of("n2").files, "file");
    for (const text of ["one", "two"]) {
      writeFileSync(file, text);
      await disks.sync();
      writeFileSync(file, "lost");
      await disks.of("n2").cutPower();
      expect(() => writeFileSync(file, "late")).toThrow("EIO");
      await disks.of("n2").restorePower();
      expect(readFileSync(file, "utf8").replaceAll("\0", "")).not.toContain("lo");
      disks.verify();
    }
  });

  it("is waited for by whoever would start a node that has just died of it", async () => {
    await start("n1");
    await faults.killAtSync("n1", 1, true);
    while (supervisor.alive("n1")) await sleep(1);
    await faults.settled("n1");
    writeFileSync(join(disks.of("n1").files, "file"), "there again");
    const cut = faults.cutPower("n1");
    const settled = faults
      .settled("n1")
      .then(() => writeFileSync(join(disks.of("n1").files, "file"), "and again"));
    await Promise.all([cut, settled]);
    expect(await faults.undisturb("n1", "kill")).toBe(1);
    disks.verify();
  });

  it("can be cut on a full disk, which stays full until it is emptied", async () => {
    await start("n1");
    const { files } = disks.of("n1");
    await faults.fill("n1");
    // Unlike a system that is worth the name, the program ends.
    await expect.poll(() => supervisor.alive("n1"), { timeout: 10_000 }).toBe(false);
    expect(readFileSync(logOf("n1"), "utf8")).toContain("ENOSPC");
    const large = Buffer.alloc(1 << 20);
    expect(() => writeFileSync(join(files, "large"), large)).toThrow("ENOSPC");
    await faults.cutPower("n1");
    expect(() => writeFileSync(join(files, "large"), large)).toThrow("ENOSPC");
    await faults.unfill("n1");
    writeFileSync(join(files, "large"), large);
    disks.verify();
  });

  it("shows that syncs were lies, to a node that was told them only", async () => {
    await Promise.all([start("n1"), start("n2")]);
    await disks.sync();
    expect(await faults.disturb("n1", { kind: "lie" })).toBe("disturbed");
    const before = lines(logOf("n1")).length;
    await expect.poll(() => lines(logOf("n1")).length, { timeout: 10_000 }).toBeGreaterThan(before + 20);
    expect(await Promise.all([faults.cutPowerOfLiar("n1"), faults.cutPowerOfLiar("n2")])).toEqual([
      true,
      false,
    ]);
    expect(await faults.undisturb("n1", "lie")).toBeGreaterThan(20);
    const told = lines(logOf("n1")).length;
    expect(lines(join(disks.of("n1").files, "synced")).length).toBeLessThan(told - 10);
    expect(supervisor.alive("n2")).toBe(true);
  });

  it("is undone by healing when the harness is gone", async () => {
    await start("n1");
    await disks.of("n2").cutPower();
    const points = ["n1", "n2"].map((node) => disks.of(node).mountPoint);
    expect(points.map(isMounted)).toEqual([true, true]);
    const [report] = await heal(journalDirectory(store));
    expect(report?.failed).toEqual([]);
    expect(report?.healed.map(({ outcome }) => outcome)).toEqual(["ended", "unmounted", "unmounted"]);
    expect(points.map(isMounted)).toEqual([false, false]);
    expect(readJournals(journalDirectory(store))).toEqual([]);
  });

  describe("on a machine whose own disk", () => {
    let outer: NodeDisk;
    let inner: NodeDisk;

    // As if a disk were the machine's own, with another on it: should the worst happen, only that is lost.
    beforeEach(async () => {
      outer = disks.of("n1");
      const directory = join(outer.files, "n3");
      mkdirSync(directory);
      inner = new NodeDisk(directory);
      await inner.make();
    });
    afterEach(async () => inner.unmount());

    it("stays whole where the node's is not mounted", async () => {
      await inner.unmount();
      const refusal = "is not what is mounted at";
      await expect(inner.cutPower()).rejects.toThrow(refusal);
      await expect(inner.fill()).rejects.toThrow(refusal);
      writeFileSync(join(outer.files, "file"), "", { flush: true });
      outer.verify();
    });

    it("stays whole where the node's is hurt many times at once", async () => {
      const single = await NodeDisks.open(["n4"], outer.files, journal);
      const hurt = new LocalDiskFaults({
        disks: single,
        directory: () => outer.files,
        processes: supervisor,
        journal,
      });
      await Promise.all([
        ...Array.from({ length: 4 }, () => hurt.cutPower("n4")),
        hurt.fill("n4"),
        hurt.cutPower("n4"),
        hurt.unfill("n4"),
        hurt.cutPower("n4"),
      ]);
      single.verify();
      outer.verify();
      await single.close();
    });
  });

  it("is probed by doing it", async () => {
    expect(await probeDisk()).toContain("ext4");
  });
});
