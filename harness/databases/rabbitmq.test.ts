import { readdirSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Json } from "../../histories/json.ts";
import type { Completion } from "../../systems/contracts/client.ts";
import type { Address, Cluster, Surroundings } from "../../systems/contracts/system.ts";
import { rabbitmq } from "../../systems/databases/rabbitmq/rabbitmq.ts";
import { namespacedRun, noNamespaces } from "../testing/namespaced-run.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";
import { Relay, type Cut } from "../testing/relay.ts";

const missing = await rabbitmq.missing?.();
if (missing !== undefined) process.stderr.write(`tests of RabbitMQ are skipped: ${missing}\n`);
const apart = await noNamespaces();
if (apart !== undefined) process.stderr.write(`tests of RabbitMQ under partitions are skipped: ${apart}\n`);

/** Erlang is slow to start, the more so on a busy machine. */
const patience = 180_000;

/** How an acknowledgement, the method 80 of the class 60, begins. */
const acknowledgement = "\u0000\u003c\u0000\u0050";

describe.skipIf(missing !== undefined)("a node of RabbitMQ", () => {
  let surroundings: PlainSurroundings;
  /** Where clients find the server: itself, or the relay before it. */
  let found: Address;
  /** The same node, to clients that acknowledge by hand, and to those that leave it to the broker. */
  let manual: Cluster;
  let automatic: Cluster;

  beforeAll(async () => {
    surroundings = await PlainSurroundings.open(["n1"], rabbitmq.ports);
    found = surroundings.address("n1");
    const relayed: Surroundings = {
      nodes: surroundings.nodes,
      seed: surroundings.seed,
      directory: (node) => surroundings.directory(node),
      logs: (node) => surroundings.logs(node),
      address: (node, port) => surroundings.address(node, port),
      route: () => found,
      spawn: (node, process) => surroundings.spawn(node, process),
      run: (node, process) => surroundings.run(node, process),
      alive: (node) => surroundings.alive(node),
    };
    manual = await rabbitmq.open(relayed, { settings: { "queue-type": "classic" } });
    automatic = await rabbitmq.open(relayed, {
      settings: { "queue-type": "classic", acknowledgements: "automatic" },
    });
    await manual.start("n1");
  }, patience);
  afterAll(async () => {
    await manual.close();
    await surroundings.close();
  }, patience);

  async function invoke(cluster: Cluster, f: string, value: Json = null): Promise<Completion> {
    const client = await cluster.openClient("n1");
    const completion = await client.invoke({ process: 0, f, value });
    await client.close();
    return completion;
  }

  /** How an operation ends while connections are cut. */
  async function whileCut(cut: Cut, operation: () => Promise<Completion>): Promise<Completion> {
    const relay = await Relay.open(surroundings.address("n1"), cut);
    found = relay.address;
    const completion = await operation();
    relay.close();
    found = surroundings.address("n1");
    return completion;
  }

  /** What is left in the queue, which is then empty. */
  async function left(): Promise<Json[]> {
    const messages: Json[] = [];
    for (let empty = 0; empty < 2;) {
      const { type, value = null } = await invoke(manual, "dequeue");
      if (type === "ok" && value !== null) messages.push(value);
      else {
        empty++;
        // What was out with a client that is gone comes back once the broker has found out.
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    return messages;
  }

  test("keeps what it keeps in its own folder", () => {
    expect(readdirSync(surroundings.directory("n1"))).toEqual(
      expect.arrayContaining(["data", "feature_flags", "plugins-expand"]),
    );
  });

  test("takes messages and gives them back in order; without any it says so", async () => {
    for (const message of [1, "two", [3]]) expect((await invoke(manual, "enqueue", message)).type).toBe("ok");
    expect(await left()).toEqual([1, "two", [3]]);
    expect(await invoke(manual, "dequeue")).toMatchObject({ type: "ok", value: null });
    expect(await invoke(automatic, "dequeue")).toMatchObject({ type: "ok", value: null });
  });

  test.each<[string, Cut, Completion["type"], Json[]]>([
    ["before a connection is open: it has failed", { text: "AMQP", at: "request" }, "fail", []],
    ["as the connection opens: it has failed", { text: "AMQP", at: "answer" }, "fail", []],
    [
      "before the message arrives: nobody knows, and it is not there",
      { text: '"m', at: "request" },
      "info",
      [],
    ],
    ["before it is confirmed: nobody knows, and it is there", { text: '"m', at: "answer" }, "info", ["m"]],
  ])("a publication that is cut %s", async (_, cut, type, there) => {
    expect((await whileCut(cut, () => invoke(manual, "enqueue", "m"))).type).toBe(type);
    expect(await left()).toEqual(there);
  });

  test.each<[string, Cut, { readonly type: string; readonly value?: string }, Json[]]>([
    ["before it is asked for: it has failed", { text: "rashomon", at: "request" }, { type: "fail" }, ["m"]],
    [
      "before it has come: it has failed, for nobody acknowledged it",
      { text: "rashomon", at: "answer" },
      { type: "fail" },
      ["m"],
    ],
    [
      "before it is acknowledged: it was seen, and comes again",
      { text: acknowledgement, at: "request" },
      { type: "info", value: "m" },
      ["m"],
    ],
    [
      "once it is acknowledged: it was seen, and may come again",
      { text: acknowledgement, at: "answer" },
      { type: "info", value: "m" },
      [],
    ],
  ])("a delivery that is cut %s", async (_, cut, completion, there) => {
    await invoke(manual, "enqueue", "m");
    expect(await whileCut(cut, () => invoke(manual, "dequeue"))).toMatchObject(completion);
    expect(await left()).toEqual(there);
    // For a while nobody says that the queue is empty: the broker might not have found out yet.
    expect(await invoke(manual, "dequeue")).toMatchObject({
      type: "fail",
      error: ["not-to-be-had", expect.any(String)],
    });
  });

  test("a delivery that acknowledges itself is lost when it is cut on its way, so nobody knows", async () => {
    await invoke(manual, "enqueue", "m");
    const cut: Cut = { text: "rashomon", at: "answer" };
    const completion = await whileCut(cut, () => invoke(automatic, "dequeue"));
    expect(completion.type).toBe("info");
    expect(completion.value ?? null).toBeNull();
    expect(await left()).toEqual([]);
  });

  test(
    "keeps what it confirmed when it is killed, and gives again what was acknowledged, but not on disk",
    async () => {
      const sent = Array.from({ length: 200 }, (_, i) => i);
      const publisher = await manual.openClient("n1");
      for (const value of sent)
        expect((await publisher.invoke({ process: 0, f: "enqueue", value })).type).toBe("ok");
      const taken: Json[] = [];
      for (let i = 0; i < 100; i++) {
        const { type, value = null } = await publisher.invoke({ process: 0, f: "dequeue", value: null });
        if (type === "ok") taken.push(value);
      }
      expect(await manual.ping(surroundings.address("n1"), 5_000)).toBe(true);
      await surroundings.end("n1", "SIGKILL");
      // The launcher is killed, and takes the node along.
      await expect.poll(() => manual.ping(surroundings.address("n1"), 200), { timeout: 10_000 }).toBe(false);
      expect(await publisher.invoke({ process: 0, f: "dequeue", value: null })).toMatchObject({
        type: "fail",
      });
      await publisher.close();
      await manual.start("n1");
      const after = await left();
      expect(new Set([...taken, ...after])).toEqual(new Set(sent));
      expect(after.filter((message) => taken.includes(message)).length).toBeGreaterThan(0);
    },
    patience,
  );
});

describe.skipIf(missing !== undefined || apart !== undefined)("three nodes of RabbitMQ", () => {
  test(
    "lose nothing of a quorum queue that was confirmed, though links are cut and nodes killed",
    async () => {
      const { results, stderr } = await namespacedRun(
        ..."rabbitmq --workload queue --faults partition,kill --nodes 3 --interval 2 --time 6 --rate 200 --seed 4".split(
          " ",
        ),
      );
      expect(stderr).not.toMatch(/fault .* failed/);
      expect(results.checks[0]).toMatchObject({ checker: "total-queue", valid: true, anomalies: [] });
    },
    patience,
  );
});
