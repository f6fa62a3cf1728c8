import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Client, Completion } from "../../systems/contracts/client.ts";
import type { Address, Cluster } from "../../systems/contracts/system.ts";
import { findSystem } from "../systems.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";
import { Relay, type Cut } from "../testing/relay.ts";

/** The databases that speak SQL, and how a transaction begins and writes in their words. */
const databases = [
  { name: "postgres", begin: "BEGIN" },
  { name: "mariadb", begin: "START TRANSACTION" },
  { name: "sqlite", begin: "BEGIN" },
  { name: "duckdb", begin: "BEGIN" },
];
const missing = new Map<string, string | undefined>();
for (const { name } of databases) missing.set(name, await findSystem(name).missing?.());

/** What is known of a transaction when its connection is cut while it runs. */
describe.each(databases.filter(({ name }) => missing.get(name) === undefined))(
  "a connection to $name that is cut",
  ({ name, begin }) => {
    let surroundings: PlainSurroundings;
    let cluster: Cluster;
    /** Where clients find the server: itself, or the relay before it. */
    let found: Address;

    beforeAll(async () => {
      surroundings = await PlainSurroundings.open(["n1"]);
      found = surroundings.address("n1");
      cluster = await findSystem(name).open(
        {
          nodes: surroundings.nodes,
          seed: surroundings.seed,
          directory: (node) => surroundings.directory(node),
          logs: (node) => surroundings.logs(node),
          address: (node) => surroundings.address(node),
          route: () => found,
          spawn: (node, process) => surroundings.spawn(node, process),
          run: (node, process) => surroundings.run(node, process),
          alive: (node) => surroundings.alive(node),
        },
        { workload: "rw-register", settings: { "isolation-level": "serializable" } },
      );
      await cluster.start("n1");
    });
    afterAll(async () => {
      await cluster.close();
      await surroundings.close();
    });

    /** How a transaction on one key ends. */
    async function transact(operation: "w" | "r", key: number): Promise<Completion> {
      const client: Client = await cluster.openClient("n1");
      const value = operation === "w" ? [["w", key, 7]] : [["r", key, null]];
      const completion = await client.invoke({ process: 0, f: "txn", value });
      await client.close();
      return completion;
    }

    let keys = 0;
    /** How a write of a fresh key, or a read of it, ends that is cut, and what is under the key afterwards. */
    async function cutOff(
      cut: Cut,
      operation: "w" | "r" = "w",
    ): Promise<{ completion: Completion; after: Completion }> {
      const key = ++keys;
      const relay = await Relay.open(surroundings.address("n1"), cut);
      found = relay.address;
      const completion = await transact(operation, key);
      relay.close();
      found = surroundings.address("n1");
      return { completion, after: await transact("r", key) };
    }

    const nothing = expect.objectContaining({ type: "ok", value: [["r", expect.anything(), null]] });
    const written = expect.objectContaining({ type: "ok", value: [["r", expect.anything(), 7]] });

    test.each<[string, Cut]>([
      ["before it begins", { text: begin, at: "request" }],
      ["as it has begun", { text: begin, at: "answer" }],
      ["before the write", { text: "INSERT", at: "request" }],
      ["after the write", { text: "INSERT", at: "answer" }],
    ])("%s: the transaction has failed, and leaves nothing", async (_, cut) => {
      const { completion, after } = await cutOff(cut);
      expect(completion.type).toBe("fail");
      expect(after).toEqual(nothing);
    });

    test("before the commit arrives: nobody knows, and nothing is written", async () => {
      const { completion, after } = await cutOff({ text: "COMMIT", at: "request" });
      expect(completion.type).toBe("info");
      expect(after).toEqual(nothing);
    });

    test("before the commit is answered: nobody knows, and all is written", async () => {
      const { completion, after } = await cutOff({ text: "COMMIT", at: "answer" });
      expect(completion.type).toBe("info");
      expect(after).toEqual(written);
    });

    test.each<Cut>([
      { text: begin, at: "request" },
      { text: "COMMIT", at: "request" },
      { text: "COMMIT", at: "answer" },
    ])("in a transaction that only reads, at the $at of $text: it has failed", async (cut) => {
      expect((await cutOff(cut, "r")).completion.type).toBe("fail");
    });
  },
);
