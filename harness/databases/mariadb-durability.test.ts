import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, test } from "vitest";

import { mariadb } from "../../systems/databases/mariadb/mariadb.ts";
import { database, MariadbSession } from "../../systems/databases/mariadb/session.ts";
import { FaultJournal } from "../journal.ts";
import { unavailableFaults } from "../doctor.ts";
import { LocalWorld } from "../local/local-world.ts";
import { openNetwork } from "../network/open-network.ts";

const unavailable = unavailableFaults();
const missing = (await mariadb.missing?.()) ?? unavailable.get("power-cut") ?? unavailable.get("disk-slow");
if (missing !== undefined)
  process.stderr.write(`what MariaDB shows before it is kept is not tested: ${missing}\n`);

/** How long syncs take, in milliseconds: long enough for all that happens meanwhile. */
const slowly = 6_000;

/** What a reader sees of a row while the commit of it waits for the disk, and what is there when the power fails before that is done. */
async function committing(settings: { readonly "binary-log": string }, looks: number) {
  const directory = mkdtempSync(join(tmpdir(), "rashomon-durability-"));
  const journal = new FaultJournal(directory, { pid: process.pid, started: "now", run: directory });
  const nodes = ["n1"];
  const name = `rashomon-${process.pid}-${settings["binary-log"]}`;
  const network = await openNetwork({ kind: "proxies", nodes, system: mariadb, seed: "1", name, journal });
  const own = { network, journal, ownDisks: true, skewClocks: false };
  const world = await LocalWorld.open({ nodes, seed: "1", directory, ...own });
  const open = async (): Promise<MariadbSession> => {
    const session = await MariadbSession.open(world.address("n1"), 30_000);
    await session.run(`USE ${database}`);
    return session;
  };
  const rows = async (session: MariadbSession): Promise<number> =>
    (await session.run("SELECT v FROM registers WHERE k = 'x5000'")).rows.length;
  try {
    await world.start(mariadb, { workload: "register", settings });
    const [writer, reader] = await Promise.all([open(), open()]);
    await writer.run("START TRANSACTION");
    // Much of it, so that its log needs blocks of the disk which were never written: those are not kept before a sync, however they are written.
    await writer.run("INSERT INTO registers (k, v) SELECT CONCAT('x', seq), seq FROM seq_1_to_5000");
    await world.disks.disturb("n1", { kind: "slow", milliseconds: slowly });
    const commit = writer.run("COMMIT").then(
      () => "acknowledged",
      () => "unknown",
    );
    let seen = 0;
    for (let i = 0; i < looks && seen === 0; i++) {
      await sleep(50);
      seen = await rows(reader);
    }
    await world.disks.cutPower("n1");
    const outcome = await commit;
    await world.disks.undisturb("n1", "slow");
    await world.restart("n1");
    const after = await open();
    const kept = await rows(after);
    for (const session of [writer, reader, after]) session.close();
    return { seen, outcome, kept };
  } finally {
    await world.close();
  }
}

describe.skipIf(missing !== undefined)("a commit of MariaDB that waits for the disk", () => {
  test("is seen by others, and gone when the power fails", async () => {
    expect(await committing({ "binary-log": "off" }, 60)).toEqual({ seen: 1, outcome: "unknown", kept: 0 });
  }, 120_000);

  test("is not seen where it waits for the binary log", async () => {
    expect(await committing({ "binary-log": "on" }, 10)).toMatchObject({ seen: 0, outcome: "unknown" });
  }, 120_000);
});
