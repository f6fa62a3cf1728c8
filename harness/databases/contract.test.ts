import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Client } from "../../systems/contracts/client.ts";
import type { Cluster } from "../../systems/contracts/system.ts";
import { workload as findWorkload, type WorkloadOperation } from "../../workloads/index.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";
import { findSystem } from "../systems.ts";

const names = ["memory-register", "snapshot-store", "serializable-store", "postgres", "mariadb"];
const missing = new Map<string, string | undefined>();
for (const name of names) missing.set(name, await findSystem(name).missing?.());
for (const [name, what] of missing)
  if (what !== undefined) process.stderr.write(`tests of ${name} are skipped: ${what}\n`);

/** What every adapter of a database keeps, whatever the database. */
describe.each(names.filter((name) => missing.get(name) === undefined))("%s", (name) => {
  const system = findSystem(name);

  describe.each(system.workloads)("with the workload %s", (workload) => {
    let surroundings: PlainSurroundings;
    let cluster: Cluster;

    beforeAll(async () => {
      surroundings = await PlainSurroundings.open(["n1"]);
      cluster = await system.open(surroundings, { workload });
      await cluster.start("n1");
    });

    afterAll(async () => {
      await cluster.close();
      await surroundings.close();
    });

    const { operations } = findWorkload(workload);
    test.each(operations)("carries out $f", async (operation) => {
      const client = await cluster.openClient("n1");
      await prepare(client, operations, operation);
      const { f, example } = operation;
      const key = workload === "register" || workload === "write-skew" || workload === "causal-reverse";
      const completion = await client.invoke({
        process: 0,
        f,
        value: example.argument,
        // A key of its own for each operation, whatever the others did.
        ...(key ? { key: `key of ${f}` } : {}),
      });
      await client.close();
      // A compare-and-set of a register that nobody wrote finds another value; all else there is nothing against.
      expect(completion.type).toBe(f === "cas" ? "fail" : "ok");
      // Without a value of its own it has that of the invocation.
      if (completion.type === "ok" && isWrite(operation))
        expect(completion.value ?? example.argument).toEqual(example.result);
    });
  });

  test("answers a ping, tells the time, and does neither once it is gone", async () => {
    const surroundings = await PlainSurroundings.open(["n1"]);
    try {
      const cluster = await system.open(surroundings, {});
      await cluster.start("n1");
      const address = surroundings.address("n1");
      expect(await cluster.ping(address, 5_000)).toBe(true);
      const before = Date.now();
      const clock = (await cluster.clock?.(address, 5_000)) ?? before;
      expect(Math.abs(clock - before)).toBeLessThan(5_000);
      const client = await cluster.openClient("n1");
      await surroundings.end("n1", "SIGKILL");
      expect(await cluster.ping(address, 200)).toBe(false);
      const read =
        system.workloads[0] === "register"
          ? { f: "read", value: null }
          : { f: "txn", value: [["r", 1, null]] };
      expect(await client.invoke({ process: 0, key: 1, ...read })).toMatchObject({ type: "fail" });
      await client.close();
      await cluster.close();
    } finally {
      await surroundings.close();
    }
  });
});

/** Opens the accounts or rows that an operation asks for. */
async function prepare(
  client: Client,
  operations: readonly WorkloadOperation[],
  { f }: WorkloadOperation,
): Promise<void> {
  const init = operations.find((each) => each.f === "init");
  if (init === undefined || f === "init") return;
  await client.invoke({ process: 0, f: "init", value: init.example.argument });
}

/** Whether the result of an operation is its argument, whatever was there before. */
function isWrite({ example }: WorkloadOperation): boolean {
  return JSON.stringify(example.argument) === JSON.stringify(example.result);
}
