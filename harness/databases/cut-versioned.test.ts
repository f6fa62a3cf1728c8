import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Completion } from "../../systems/contracts/client.ts";
import type { Address, Cluster } from "../../systems/contracts/system.ts";
import { refusedByEtcd } from "../../systems/databases/etcd/store.ts";
import { refusedByZookeeper } from "../../systems/databases/zookeeper/store.ts";
import { findSystem } from "../systems.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";
import { Relay, type Cut } from "../testing/relay.ts";

/** Whether frames of HTTP/2 (RFC 9113 §4.1) carry DATA or HEADERS, beside the windows and pings of the connection. */
function answersACall(frames: Buffer): boolean {
  for (let at = 0; at + 9 <= frames.length; at += 9 + frames.readUIntBE(at, 3))
    if (frames[at + 3]! <= 1) return true;
  return false;
}

/** What is on the wire in each stage: as a connection begins, the key of an operation, and its answer. */
const stores = [
  // The preface of HTTP/2.
  {
    name: "etcd",
    beginning: "PRI * HTTP/2.0",
    key: (key: number) => `registers/${key}`,
    isAnswer: answersACall,
  },
  // The length of a request for a session, and the version of the protocol.
  {
    name: "zookeeper",
    beginning: "\0\0\0\x2c\0\0\0\0",
    key: (key: number) => `registers%2F${key}`,
    isAnswer: () => true,
  },
];
const missing = new Map<string, string | undefined>();
for (const { name } of stores) missing.set(name, await findSystem(name).missing?.());

describe.each(stores.filter(({ name }) => missing.get(name) === undefined))(
  "a connection to $name that is cut",
  ({ name, beginning, key: onTheWire, isAnswer }) => {
    let surroundings: PlainSurroundings;
    let cluster: Cluster;
    /** Where clients find the server: itself, or the relay before it. */
    let found: Address;

    beforeAll(async () => {
      const system = findSystem(name);
      surroundings = await PlainSurroundings.open(["n1"], system.ports);
      found = surroundings.address("n1");
      cluster = await system.open(
        {
          nodes: surroundings.nodes,
          seed: surroundings.seed,
          directory: (node) => surroundings.directory(node),
          logs: (node) => surroundings.logs(node),
          address: (node, port) => surroundings.address(node, port),
          route: () => found,
          spawn: (node, process) => surroundings.spawn(node, process),
          run: (node, process) => surroundings.run(node, process),
          alive: (node) => surroundings.alive(node),
        },
        { workload: "register" },
      );
      await cluster.start("n1");
    });
    afterAll(async () => {
      await cluster.close();
      await surroundings.close();
    });

    async function invoke(f: string, key: number, value: Completion["value"] = null): Promise<Completion> {
      const client = await cluster.openClient("n1");
      const completion = await client.invoke({ process: 0, f, key, value });
      await client.close();
      return completion;
    }

    let keys = 0;
    /** How an operation on a fresh key, which holds 1, ends that is cut, and what the key holds afterwards. */
    async function cutOff(
      f: string,
      value: Completion["value"],
      cutOf: (key: string) => Cut,
    ): Promise<{ type: string; after: Completion["value"] }> {
      const key = ++keys;
      await invoke("write", key, 1);
      const relay = await Relay.open(surroundings.address("n1"), cutOf(onTheWire(key)));
      found = relay.address;
      const { type } = await invoke(f, key, value);
      relay.close();
      found = surroundings.address("n1");
      return { type, after: (await invoke("read", key)).value };
    }

    test.each(["request", "answer"] as const)(
      "at the %s of its beginning: nothing was written",
      async (at) => {
        expect(await cutOff("write", 7, () => ({ text: beginning, at }))).toEqual({ type: "fail", after: 1 });
      },
    );

    test("before the write arrives: nobody knows, and nothing is written", async () => {
      const cut = await cutOff("write", 7, (text) => ({ text, at: "request" }));
      expect(cut).toEqual({ type: "info", after: 1 });
    });

    test("before the write is answered: nobody knows, and it is written", async () => {
      const cut = await cutOff("write", 7, (text) => ({ text, at: "answer", isAnswer }));
      expect(cut).toEqual({ type: "info", after: 7 });
    });

    test.each(["request", "answer"] as const)(
      "at the %s of what a compare-and-set reads: it has failed",
      async (at) => {
        expect(await cutOff("cas", [1, 7], (text) => ({ text, at, isAnswer }))).toEqual({
          type: "fail",
          after: 1,
        });
      },
    );

    test.each(["request", "answer"] as const)("at the %s of a read: it has failed", async (at) => {
      expect((await cutOff("read", null, (text) => ({ text, at, isAnswer }))).type).toBe("fail");
    });
  },
);

describe("an error of a write to etcd", () => {
  test.each(["8 RESOURCE_EXHAUSTED: etcdserver: too many requests", "2 UNKNOWN: raft proposal dropped"])(
    "%s says that nothing was written",
    (message) => {
      expect(refusedByEtcd(new Error(message))).toBe(true);
    },
  );
  test.each([
    "14 UNAVAILABLE: etcdserver: request timed out, possibly due to previous leader failure",
    "14 UNAVAILABLE: etcdserver: leader changed",
    "14 UNAVAILABLE: Connection dropped",
    "4 DEADLINE_EXCEEDED: Deadline exceeded after 2.001s",
    "1 CANCELLED: Call cancelled",
  ])("%s leaves it open", (message) => {
    expect(refusedByEtcd(new Error(message))).toBe(false);
  });
});

describe("an error of a write to ZooKeeper", () => {
  const error = (code: number): Error => Object.assign(new Error(String(code)), { code });
  // No node, wrong version, node exists.
  test.each([-101, -103, -110])("%i says that nothing was written", (code) => {
    expect(refusedByZookeeper(error(code))).toBe(true);
  });
  // System error, inconsistency, connection lost, time-out, session expired, session moved.
  test.each([-1, -2, -4, -7, -112, -118])("%i leaves it open", (code) => {
    expect(refusedByZookeeper(error(code))).toBe(false);
  });
});
