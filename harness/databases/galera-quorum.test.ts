import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { Json } from "../../histories/json.ts";
import type { Completion } from "../../systems/contracts/client.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { Cluster } from "../../systems/contracts/system.ts";
import { galera } from "../../systems/databases/mariadb/galera.ts";
import { MariadbSession } from "../../systems/databases/mariadb/session.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";

const missing = await galera.missing?.();
if (missing !== undefined) process.stderr.write(`tests of Galera's quorum are skipped: ${missing}\n`);

describe.skipIf(missing !== undefined)("nodes of Galera that have lost their primary component", () => {
  let surroundings: PlainSurroundings;
  let cluster: Cluster;

  beforeEach(async () => {
    surroundings = await PlainSurroundings.open(["n1", "n2", "n3"], galera.ports);
    // Reads and writes wait for what was committed elsewhere, which nobody could where there is no primary component.
    cluster = await galera.open(surroundings, { settings: { "wsrep-sync-wait": "7" } });
    await Promise.all(surroundings.nodes.map((node) => cluster.start(node)));
  }, 120_000);
  afterEach(async () => {
    await cluster.close();
    await surroundings.close();
  });

  const recover = (): Promise<string | undefined> | undefined =>
    cluster.recover?.({
      async end(node) {
        await surroundings.end(node, "SIGKILL");
      },
    });

  async function transact(node: NodeId, value: Json): Promise<Completion> {
    const client = await cluster.openClient(node);
    try {
      return await client.invoke({ process: 0, f: "txn", value });
    } finally {
      await client.close();
    }
  }

  async function tell(node: NodeId, ...statements: readonly string[]): Promise<Json> {
    const session = await MariadbSession.open(surroundings.address(node), 10_000);
    try {
      let told: Json = null;
      for (const statement of statements) {
        const [row = {}] = (await session.run(statement)).rows;
        told = String(row["Value"]);
      }
      return told;
    } finally {
      session.close();
    }
  }

  const status = (node: NodeId): Promise<Json> =>
    tell(node, "SET SESSION wsrep_sync_wait = 0", "SHOW STATUS LIKE 'wsrep_cluster_status'");
  const isolated = (node: NodeId, is: boolean): Promise<Json> =>
    tell(node, `SET GLOBAL wsrep_provider_options = 'gmcast.isolate=${is ? 1 : 0}'`);

  /** Has n1 killed and n2 ended before n3 could take over, and both started again: they look for a primary component, and so does n3. */
  async function loseQuorum(): Promise<void> {
    await surroundings.end("n1", "SIGKILL");
    await surroundings.end("n2", "SIGTERM");
    await Promise.all([cluster.start("n1"), cluster.start("n2")]);
  }

  test("are given another by an operator, once, by the one that never stopped", async () => {
    expect(await transact("n1", [["append", 1, 1]])).toMatchObject({ type: "ok" });
    await loseQuorum();
    expect(await status("n3")).toBe("non-Primary");
    expect(await transact("n3", [["append", 1, 2]])).toMatchObject({ type: "fail" });
    expect(await recover()).toMatch(/^pc\.bootstrap=YES on n3, which had come to write \d+: all nodes ran/);
    for (const node of surroundings.nodes) {
      expect(await status(node)).toBe("Primary");
      expect(await transact(node, [["r", 1, null]])).toMatchObject({ type: "ok", value: [["r", 1, [1]]] });
    }
    expect(await recover()).toBeUndefined();
  }, 180_000);

  test.each([
    ["answers, but lacks what others have", false],
    ["has been killed too", true],
  ])(
    "begin again with whoever has most, if the one that never stopped %s",
    async (_, killed) => {
      await isolated("n3", true);
      await expect.poll(() => status("n3"), { timeout: 30_000 }).toBe("non-Primary");
      // Committed by those two alone.
      await expect
        .poll(() => transact("n1", [["append", 1, 1]]), { timeout: 30_000 })
        .toMatchObject({ type: "ok" });
      await loseQuorum();
      if (killed) {
        await surroundings.end("n3", "SIGKILL");
        await cluster.start("n3");
      } else await isolated("n3", false);
      expect(await recover()).toMatch(/^all nodes ended and started again/);
      for (const node of surroundings.nodes)
        expect(await transact(node, [["r", 1, null]])).toMatchObject({ type: "ok", value: [["r", 1, [1]]] });
    },
    180_000,
  );

  test("are left to themselves where there is a primary component elsewhere", async () => {
    await isolated("n3", true);
    await expect.poll(() => status("n3"), { timeout: 30_000 }).toBe("non-Primary");
    await expect.poll(() => status("n1"), { timeout: 30_000 }).toBe("Primary");
    const recovering = recover();
    // Longer than nodes that are all lost would be left alone.
    await sleep(25_000);
    expect(await status("n3")).toBe("non-Primary");
    await isolated("n3", false);
    expect(await recovering).toBeUndefined();
    expect(await transact("n3", [["append", 1, 1]])).toMatchObject({ type: "ok" });
  }, 180_000);
});
