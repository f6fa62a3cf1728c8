import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { heal } from "../../heal.ts";
import { FaultJournal, journalDirectory } from "../../journal.ts";
import { processTree } from "../process-table.ts";
import { Supervisor } from "../supervisor.ts";
import { missingForVdsoClock } from "./needs.ts";
import { hasProcessClock } from "./process-clock.ts";
import { noSkew, type Skew } from "./skew.ts";
import { VdsoClocks } from "./vdso-clocks.ts";

const missing = missingForVdsoClock();
const hour = 3_600_000;
const ahead = (): Skew => ({ ...noSkew, since: Date.now(), offset: hour });

/** From when on a clock is ahead: in seconds, and as an expression of other languages. */
const later = Math.round((Date.now() + hour / 2) / 1_000);
const perl = `
  $| = 1;
  sub tell_clock { while (1) { print "$_[0] ", time > ${later} ? "ahead" : "right", "\\n"; select(undef, undef, undef, 0.02) } }
  if (!fork) { tell_clock("early") }
  if (!fork) { select(undef, undef, undef, 1); tell_clock("late") }
  tell_clock("parent");
`;
const javascript = `setInterval(() => console.log("leader", Date.now() / 1000 > ${later} ? "ahead" : "right"), 20)`;
/** A server that a wrapper becomes, with children from the beginning and one that it starts later; all write down their clocks. */
const family = {
  command: "sh",
  arguments: ["-c", `perl -e "$1" & exec "$0" -e "$2"`, process.execPath, perl, javascript],
};

describe.skipIf(missing !== undefined)(`clocks of nodes (${missing ?? "by the vDSO"})`, () => {
  let store: string;
  let journal: FaultJournal;
  let supervisor: Supervisor;
  let clocks: VdsoClocks;

  beforeEach(() => {
    store = mkdtempSync(join(tmpdir(), "rashomon-clocks-"));
    journal = new FaultJournal(journalDirectory(store), { pid: 0, started: "", run: store });
    supervisor = new Supervisor(journal);
    clocks = new VdsoClocks(journal, (node) => supervisor.pid(node));
  });
  afterEach(async () => {
    clocks.close();
    await supervisor.close();
    expect(journal.open.size).toBe(0);
  });

  const start = (): void => {
    supervisor.start("n1", family, store, join(store, "log"));
    clocks.started("n1");
  };
  /** What each process said last of its clock. */
  const told = (): Record<string, string> =>
    Object.fromEntries(
      readFileSync(join(store, "log"), "utf8")
        .split("\n")
        .filter((line) => line.includes(" "))
        .map((line) => line.split(" ") as [string, string]),
    );
  const all = (what: string): Record<string, string> => ({
    leader: what,
    parent: what,
    early: what,
    late: what,
  });
  const eventually = { timeout: 10_000 };

  it("are set in all processes of a node, those to come as well, and right again in all", async () => {
    start();
    await expect.poll(told, eventually).toMatchObject({ leader: "right", early: "right" });
    clocks.set("n1", ahead());
    expect([...journal.open.values()].map(({ kind }) => kind)).toEqual(["process", "vdso-clock"]);
    await expect.poll(told, eventually).toEqual(all("ahead"));
    clocks.set("n1", noSkew);
    await expect.poll(told, eventually).toEqual(all("right"));
    clocks.settled("n1");
    expect([...journal.open.values()].map(({ kind }) => kind)).toEqual(["process"]);
  });

  it("stay wrong when the node starts again, in programs that it goes on to as well", async () => {
    clocks.set("n1", ahead());
    start();
    await expect.poll(told, eventually).toMatchObject({ leader: "ahead" });
    await supervisor.kill("n1");
    start();
    const skew = clocks.skewOf("n1");
    await expect
      .poll(
        () => processTree(supervisor.pid("n1") ?? 0).filter(({ pid }) => hasProcessClock(pid, skew)).length,
        eventually,
      )
      .toBeGreaterThanOrEqual(4);
  });

  it("are put right by healing when the harness is gone", async () => {
    start();
    clocks.set("n1", ahead());
    const [report] = await heal(journalDirectory(store));
    expect(report?.failed).toEqual([]);
    expect(report?.healed.map(({ entry, outcome }) => [entry.kind, outcome])).toEqual([
      ["vdso-clock", "reset"],
      ["process", "ended"],
    ]);
  });
});
