import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, test } from "vitest";

import { FaultJournal } from "../journal.ts";
import { noSkew } from "../local/clock/skew.ts";
import { readInventory, type RemoteMachine } from "./inventory.ts";
import { probeMachines } from "./means.ts";
import { RemoteClock } from "./remote-clock.ts";
import { RemoteClocks } from "./remote-clocks.ts";
import { RemoteShell } from "./remote-shell.ts";
import { undoRemote } from "./undo.ts";

/** Set where these tests run beside machines that are reached by ssh, each with a clock of its own (`contract.test.ts`). */
const inventory = process.env["RASHOMON_TEST_INVENTORY"];
const machines = inventory === undefined ? [] : await readInventory(inventory);

test("the pace of a clock of another machine cannot be set", async () => {
  const clocks = await RemoteClocks.open(new Map(), journalOf());
  await expect(clocks.set("n1", { ...noSkew, rate: 2 })).rejects.toThrow("its pace cannot");
});

function journalOf(): FaultJournal {
  const owner = { pid: process.pid, started: "", run: "" };
  return new FaultJournal(mkdtempSync(join(tmpdir(), "rashomon-clocks-")), owner);
}

/**
 * The clocks are made by libfaketime, and `date -s` of these machines writes what that reads: so this shows what is done by which commands and when it is undone, on
 * clocks of which processes there see every change, and not that a kernel lets its clock be set.
 */
if (machines.length > 0)
  describe("the clocks of other machines", () => {
    const [first, second] = machines;
    const shells = new Map(machines.map(({ node, ssh }) => [node, new RemoteShell(ssh)]));
    const journal = journalOf();

    afterAll(async () => {
      await Promise.all([...shells.values()].map((shell) => shell.close()));
    });

    /** How far a clock is ahead, as a program there sees it. */
    async function ahead(machine: RemoteMachine | undefined): Promise<number> {
      const shell = shells.get(machine?.node ?? "");
      if (shell === undefined) throw new Error("no machine");
      const asked = Date.now();
      const shown = Number(await shell.run("date -u +%s%N")) / 1e6;
      return shown - (asked + Date.now()) / 2;
    }

    test("are found to be settable, unless somebody would set them right", async () => {
      expect((await probeMachines(machines.slice(0, 1))).get("n1")?.noClock).toBeUndefined();
      const shell = shells.get("n1");
      const keeper = shell?.start(
        "exec 3<&0; cp /bin/sleep chronyd-$$ && mv chronyd-$$ /run/chronyd; /run/chronyd 60 & cat <&3; kill $!",
      );
      await expect
        .poll(async () => (await probeMachines(machines.slice(0, 1))).get("n1")?.noClock, { timeout: 10_000 })
        .toMatch(/chronyd runs/);
      keeper?.input.end();
      await keeper?.exited;
    });

    test("jump alone, and are set right; the journal knows of it meanwhile", async () => {
      const clocks = await RemoteClocks.open(shells, journal);
      for (const offset of [90_000, -7_000]) {
        await clocks.set("n1", { ...noSkew, since: Date.now(), offset });
        expect(Math.abs((await ahead(first)) - offset)).toBeLessThan(1_000);
        expect(Math.abs(await ahead(second))).toBeLessThan(1_000);
        expect([...journal.open.values()]).toMatchObject([{ kind: "remote-clock", node: "n1" }]);
        expect(clocks.skewOf("n1").offset - clocks.skewOf("n2").offset).toBeCloseTo(offset, -3);
      }
      await clocks.set("n1", { ...noSkew, since: Date.now() });
      clocks.settled("n1");
      expect(Math.abs(await ahead(first))).toBeLessThan(1_000);
      expect(journal.open.size).toBe(0);
      await clocks.close();
    });

    test("are set right at the end of a run, whatever became of it", async () => {
      const clocks = await RemoteClocks.open(shells, journal);
      await clocks.set("n2", { ...noSkew, since: Date.now(), offset: 60_000 });
      await clocks.close();
      expect(Math.abs(await ahead(second))).toBeLessThan(1_000);
      expect(journal.open.size).toBe(0);
    });

    test("are set right by their own machine when whoever set them is gone, and if need be by healing", async () => {
      const shell = shells.get("n1");
      if (first === undefined || shell === undefined) throw new Error("no machine");
      const clock = await RemoteClock.open(shell);
      const { ahead: before } = await clock.look();
      await clock.setAhead(before + 3_600_000);
      expect(await ahead(first)).toBeGreaterThan(3_500_000);
      await clock.close();
      expect(Math.abs(await ahead(first))).toBeLessThan(1_000);
      const entry = { kind: "remote-clock", node: "n1", ssh: first.ssh, before } as const;
      expect(await undoRemote(entry)).toBe("was right");
      await shell.run('date -u -s "@$(($(date -u +%s) + 3600)).000000000"');
      expect(await undoRemote(entry)).toMatch(/^set right, by -3[56]\d{5} ms$/);
      expect(Math.abs(await ahead(first))).toBeLessThan(1_000);
    });
  });
