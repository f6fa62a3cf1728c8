import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, test } from "vitest";

import { HistoryBuilder, type Json } from "../../histories/index.ts";
import type { Completion } from "../../systems/contracts/client.ts";
import { galera } from "../../systems/databases/mariadb/galera.ts";
import { MariadbSession } from "../../systems/databases/mariadb/session.ts";
import { judged, recordedRun, typesOf } from "../testing/judged-run.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";

const missing = await galera.missing?.();
if (missing !== undefined) process.stderr.write(`tests of Galera are skipped: ${missing}\n`);

const busy = {
  system: "galera",
  workload: "list-append",
  seconds: 3,
  rate: 400,
  concurrency: 9,
  settings: { keyCount: 2, keyDistribution: "uniform", minTransactionLength: 1, maxTransactionLength: 3 },
} as const;

/** What the first run finds that finds anything; whether one does depends on who meets whom. */
async function found(level: string): Promise<string[]> {
  for (const seed of ["1", "2", "3"]) {
    const { history } = await recordedRun({ ...busy, seed });
    const types = typesOf(judged(history, { checker: "isolation", level }));
    if (types.length > 0) return types;
  }
  return [];
}

describe.skipIf(missing !== undefined)("Galera without faults", () => {
  test("loses updates", async () => {
    expect(await found("snapshot-isolation")).toContain("lost-update");
  }, 180_000);

  test("has stale reads at a node that is behind", async () => {
    const surroundings = await PlainSurroundings.open(["n1", "n2", "n3"], galera.ports);
    try {
      const cluster = await galera.open(surroundings, { workload: "list-append" });
      await Promise.all(surroundings.nodes.map((node) => cluster.start(node)));
      const clients = [await cluster.openClient("n1"), await cluster.openClient("n2")] as const;
      const history = new HistoryBuilder({ workload: "list-append" });
      let time = 0;
      const transact = async (process: 0 | 1, value: Json): Promise<Completion> => {
        const operation = { process, f: "txn", value };
        history.add({ ...operation, time: ++time, type: "invoke" });
        const completion = await clients[process].invoke(operation);
        history.add({ ...operation, time: ++time, ...completion });
        return completion;
      };
      const session = await MariadbSession.open(surroundings.address("n2"), 10_000);
      // The node goes on answering, and takes in what others commit when it may again.
      await session.run("FLUSH TABLES WITH READ LOCK");
      expect(await transact(0, [["append", 1, 1]])).toMatchObject({ type: "ok" });
      expect(await transact(1, [["r", 1, null]])).toMatchObject({ type: "ok" });
      await session.run("UNLOCK TABLES");
      session.close();
      let caughtUp: Completion | undefined;
      for (let i = 0; i < 100 && JSON.stringify(caughtUp?.value) !== '[["r",1,[1]]]'; i++) {
        await sleep(50);
        caughtUp = await transact(1, [["r", 1, null]]);
      }
      expect(caughtUp).toMatchObject({ type: "ok", value: [["r", 1, [1]]] });
      await Promise.all(clients.map((client) => client.close()));
      await cluster.close();
      const verdict = judged(history.build(), { checker: "isolation", level: "linearizable" });
      expect(typesOf(verdict)).toContain("G-single-realtime");
    } finally {
      await surroundings.close();
    }
  }, 120_000);

  test("does neither where nodes catch up before each statement, and snapshots are what they are called", async () => {
    const { history } = await recordedRun({
      ...busy,
      systemSettings: { "wsrep-sync-wait": "7", "innodb-snapshot-isolation": "on" },
    });
    const verdict = judged(history, { checker: "isolation", level: "strong-snapshot-isolation" });
    expect(verdict.anomalies).toEqual([]);
    expect(verdict.valid).toBe(true);
  }, 120_000);
});

test.skipIf(missing !== undefined)(
  "Galera whose nodes have all stopped, none of them as the last, begins again with what was committed",
  async () => {
    const surroundings = await PlainSurroundings.open(["n1", "n2", "n3"], galera.ports);
    try {
      const cluster = await galera.open(surroundings, { workload: "list-append" });
      const startAll = (): Promise<unknown> =>
        Promise.all(surroundings.nodes.map((node) => cluster.start(node)));
      const transact = async (value: Json): Promise<Completion> => {
        const client = await cluster.openClient("n1");
        try {
          return await client.invoke({ process: 0, f: "txn", value });
        } finally {
          await client.close();
        }
      };
      await startAll();
      expect(await transact([["append", 1, 1]])).toMatchObject({ type: "ok" });
      await Promise.all(surroundings.nodes.map((node) => surroundings.end(node, "SIGTERM")));
      for (const node of surroundings.nodes) {
        const state = join(surroundings.directory(node), "data", "grastate.dat");
        // So it is written where each had lost the others before it ended.
        writeFileSync(
          state,
          readFileSync(state, "utf8").replace("safe_to_bootstrap: 1", "safe_to_bootstrap: 0"),
        );
      }
      await startAll();
      await expect
        .poll(() => transact([["r", 1, null]]), { timeout: 60_000 })
        .toMatchObject({ type: "ok", value: [["r", 1, [1]]] });
      await cluster.close();
    } finally {
      await surroundings.close();
    }
  },
  120_000,
);
