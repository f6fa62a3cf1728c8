import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Json } from "../../histories/json.ts";
import type { Client, Completion } from "../../systems/contracts/client.ts";
import type { Address, Cluster, Surroundings } from "../../systems/contracts/system.ts";
import { redis } from "../../systems/databases/redis/redis.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";
import { Relay, type Cut } from "../testing/relay.ts";

const missing = await redis.missing?.();

/** What is known of an operation when its connection is cut while it runs. */
describe.skipIf(missing !== undefined)("a connection to Redis that is cut", () => {
  let surroundings: PlainSurroundings;
  /** Where clients find the server: itself, or the relay before it. */
  let found: Address;
  const clusters = new Map<string, Cluster>();

  beforeAll(async () => {
    surroundings = await PlainSurroundings.open(["n1"]);
    found = surroundings.address("n1");
    const relayed: Surroundings = {
      nodes: surroundings.nodes,
      seed: surroundings.seed,
      directory: (node) => surroundings.directory(node),
      logs: (node) => surroundings.logs(node),
      address: (node) => surroundings.address(node),
      route: () => found,
      spawn: (node, process) => surroundings.spawn(node, process),
      run: (node, process) => surroundings.run(node, process),
      alive: (node) => surroundings.alive(node),
    };
    for (const workload of ["register", "rw-register", "lock", "bank"])
      clusters.set(workload, await redis.open(relayed, { workload }));
    await clusters.get("register")?.start("n1");
  });
  afterAll(async () => {
    await surroundings.close();
  });

  async function invoke(workload: string, f: string, value: Json, key?: Json): Promise<Completion> {
    const client: Client | undefined = await clusters.get(workload)?.openClient("n1");
    if (client === undefined) throw new Error(`no cluster for ${workload}`);
    const completion = await client.invoke({ process: 0, f, value, ...(key === undefined ? {} : { key }) });
    await client.close();
    return completion;
  }

  /** How `operation` ends while connections are cut. */
  async function whileCut(cut: Cut, operation: () => Promise<Completion>): Promise<Completion> {
    const relay = await Relay.open(surroundings.address("n1"), cut);
    found = relay.address;
    const completion = await operation();
    relay.close();
    found = surroundings.address("n1");
    return completion;
  }

  let keys = 0;
  /** How a write of 7 under a fresh key ends that is cut, and what is there afterwards. */
  async function writeCut(cut: Cut): Promise<{ completion: Completion; after: Json | undefined }> {
    const key = ++keys;
    const completion = await whileCut(cut, () => invoke("register", "write", 7, key));
    return { completion, after: (await invoke("register", "read", null, key)).value };
  }
  async function transactionCut(cut: Cut): Promise<{ completion: Completion; after: Json | undefined }> {
    const [first, second] = [`t${++keys}`, `t${++keys}`];
    const writes = [
      ["w", first, 7],
      ["w", second, 7],
    ];
    const completion = await whileCut(cut, () => invoke("rw-register", "txn", writes));
    const reads = [
      ["r", first, null],
      ["r", second, null],
    ];
    return { completion, after: (await invoke("rw-register", "txn", reads)).value };
  }
  const both = (value: Json) => [
    ["r", expect.anything(), value],
    ["r", expect.anything(), value],
  ];

  test.each<Cut>([
    { text: "PING", at: "request" },
    { text: "PING", at: "answer" },
  ])("at the $at of the first words: nothing was done", async (cut) => {
    const { completion, after } = await writeCut(cut);
    expect(completion.type).toBe("fail");
    expect(after).toBe(null);
  });

  test("before a write arrives: nobody knows, and nothing is written", async () => {
    const { completion, after } = await writeCut({ text: "SET", at: "request" });
    expect(completion.type).toBe("info");
    expect(after).toBe(null);
  });

  test("before a write is answered: nobody knows, and it is written", async () => {
    const { completion, after } = await writeCut({ text: "SET", at: "answer" });
    expect(completion.type).toBe("info");
    expect(after).toBe(7);
  });

  test.each<Cut>([
    { text: "GET", at: "request" },
    { text: "GET", at: "answer" },
  ])("at the $at of a read: it has failed", async (cut) => {
    expect((await whileCut(cut, () => invoke("register", "read", null, 1))).type).toBe("fail");
  });

  test("before the end of a transaction arrives: nobody knows, and nothing is written", async () => {
    const { completion, after } = await transactionCut({ text: "EXEC", at: "request" });
    expect(completion.type).toBe("info");
    expect(after).toEqual(both(null));
  });

  test("before the end of a transaction is answered: nobody knows, and all is written", async () => {
    const { completion, after } = await transactionCut({ text: "EXEC", at: "answer" });
    expect(completion.type).toBe("info");
    expect(after).toEqual(both(7));
  });

  test.each<[string, Cut["at"], Completion["type"]]>([
    ["WATCH", "request", "fail"],
    ["WATCH", "answer", "fail"],
    ["HMGET", "request", "fail"],
    ["HMGET", "answer", "fail"],
    ["EXEC", "request", "info"],
    ["EXEC", "answer", "info"],
  ])("a transfer, at %s, its %s: %s", async (text, at, type) => {
    await invoke("bank", "init", { 0: 100, 1: 0 });
    const transfer = () => invoke("bank", "transfer", { from: 0, to: 1, amount: 1 });
    expect((await whileCut({ text, at }, transfer)).type).toBe(type);
  });

  test("before a lock is given: nobody knows who has it", async () => {
    const cut: Cut = { text: "EVAL", at: "answer" };
    const completion = await whileCut(cut, () => invoke("lock", "acquire", null, "cut"));
    expect(completion.type).toBe("info");
    expect((await invoke("lock", "acquire", null, "cut")).type).toBe("fail");
  });
});
