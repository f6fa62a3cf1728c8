import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, test } from "vitest";

import type { Json } from "../../histories/json.ts";
import type { Completion } from "../../systems/contracts/client.ts";
import type { Surroundings } from "../../systems/contracts/system.ts";
import { redisCluster } from "../../systems/databases/redis/cluster.ts";
import { isRefusal } from "../../systems/databases/redis/errors.ts";
import { redis } from "../../systems/databases/redis/redis.ts";
import { redisSentinel } from "../../systems/databases/redis/sentinel.ts";
import { unavailableFaults } from "../doctor.ts";
import { judged, judgedRun, recordedRun, typesOf } from "../testing/judged-run.ts";
import { namespacedFinding, noNamespaces } from "../testing/namespaced-run.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";

const missing = await redis.missing?.();
if (missing !== undefined) process.stderr.write(`tests of Redis are skipped: ${missing}\n`);

const apart = await noNamespaces();
if (apart !== undefined)
  process.stderr.write(`tests of Redis Sentinel under partitions are skipped: ${apart}\n`);

const powerCut = unavailableFaults().get("power-cut");
if (powerCut !== undefined) process.stderr.write(`power cuts of Redis are not tested: ${powerCut}\n`);

/** What is found when Redis runs under the first of the seeds; under the next, if what is looked for is not among it. */
async function foundIn(seeds: readonly string[], wanted: string, options: Run): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const seed of seeds) {
    for (const type of typesOf(await judgedRun({ ...options, seed }))) found.add(type);
    if (found.has(wanted)) break;
  }
  return [...found];
}
type Run = Parameters<typeof judgedRun>[0];

describe.skipIf(missing !== undefined)("one server of Redis", () => {
  const hurt = { system: "redis", workload: "set", rate: 300, interval: 0.8 } as const;

  test("keeps what it forced to the disk before it acknowledged it, whatever becomes of it", async () => {
    const verdict = await judgedRun({
      ...hurt,
      seconds: 4,
      faults: ["kill", "terminate", "pause", ...(powerCut === undefined ? ["power-cut"] : [])],
    });
    expect(verdict.anomalies).toEqual([]);
    expect(verdict.valid).toBe(true);
  });

  test.skipIf(powerCut !== undefined)(
    "loses with the power what it left to the system to write",
    async () => {
      const run = { ...hurt, seconds: 2.5, faults: ["power-cut"], systemSettings: { appendfsync: "no" } };
      expect(await foundIn(["5", "6", "7"], "lost", run)).toContain("lost");
    },
  );
});

describe.skipIf(missing !== undefined)("a primary of Redis and its replica", () => {
  // Each cuts the replica off early, for more than a second.
  test("reads on the replica are stale, and of one order nevertheless", async () => {
    const stale = new Set<string>();
    for (const seed of ["11", "18", "22"]) {
      const { history } = await recordedRun({
        system: "redis",
        nodes: 2,
        workload: "list-append",
        seed,
        interval: 1,
        seconds: 2.5,
        rate: 300,
        faults: ["partition"],
        systemSettings: { reads: "replicas" },
      });
      const strict = judged(history, { checker: "isolation", level: "strict-serializable" });
      for (const type of typesOf(strict)) stale.add(type);
      expect(judged(history, { checker: "isolation", level: "serializable" }).anomalies).toEqual([]);
      if (stale.size > 0) break;
    }
    // What was read was there once, and is broken only by the order of a session, or of time.
    expect([...stale].some((type) => /-(process|realtime)$/.test(type))).toBe(true);
  }, 120_000);

  // Each cuts the replica off at first, and has it take the primary's place a second later.
  test("loses what was acknowledged when the replica takes the primary's place, having been cut off", async () => {
    const run = {
      system: "redis",
      nodes: 2,
      workload: "set",
      interval: 1.2,
      seconds: 3.5,
      rate: 200,
      faults: ["failover", "partition"],
    };
    expect(await foundIn(["63", "127", "64"], "lost", run)).toContain("lost");
  }, 120_000);
});

describe.skipIf(missing !== undefined)("Redis Sentinel", () => {
  // Each pauses the primary early, for longer than a failover takes.
  test("loses what an old primary acknowledges that was paused, and has been replaced", async () => {
    const run = {
      system: "redis-sentinel",
      workload: "set",
      interval: 2.6,
      seconds: 5.5,
      rate: 100,
      faults: ["pause"],
    };
    expect(await foundIn(["21", "3", "32"], "lost", run)).toContain("lost");
  }, 120_000);

  // Each cuts the primary off from the others early, but not from its clients.
  test.skipIf(apart !== undefined)(
    "loses what an old primary acknowledges that is cut off, and has been replaced",
    async () => {
      const run = "redis-sentinel --workload set --faults partition --interval 2.2 --time 4.5 --rate 100";
      const { results } = await namespacedFinding(["3", "7", "8", "10", "4", "6"], ...run.split(" "));
      expect(results.checks[0]?.anomalies.map(({ type }) => type)).toContain("lost");
    },
    180_000,
  );

  test("starts, though its first node takes long to start", async () => {
    const surroundings = await PlainSurroundings.open(["n1", "n2", "n3"], redisSentinel.ports);
    const slow: Surroundings = {
      nodes: surroundings.nodes,
      seed: surroundings.seed,
      directory: (node) => surroundings.directory(node),
      logs: (node) => surroundings.logs(node),
      address: (node, port) => surroundings.address(node, port),
      route: (from, to, port) => surroundings.route(from, to, port),
      async spawn(node, process) {
        if (node === "n1") await sleep(500);
        await surroundings.spawn(node, process);
      },
      run: (node, process) => surroundings.run(node, process),
      alive: (node) => surroundings.alive(node),
    };
    try {
      const cluster = await redisSentinel.open(slow, {});
      await Promise.all(surroundings.nodes.map((node) => cluster.start(node)));
      expect(await cluster.primaries?.()).toEqual(["n1"]);
      await cluster.close();
    } finally {
      // With both programs of each.
      await Promise.all(surroundings.nodes.map((node) => surroundings.end(node, "stdin")));
      await surroundings.close();
    }
  }, 60_000);
});

describe.skipIf(missing !== undefined)("Redis Cluster", () => {
  test("without replicas loses nothing when its members are killed", async () => {
    const verdict = await judgedRun({
      system: "redis-cluster",
      nodes: 3,
      workload: "register",
      seconds: 2.5,
      rate: 200,
      interval: 0.8,
      faults: ["kill"],
    });
    expect(verdict.anomalies).toEqual([]);
    expect(verdict.valid).toBe(true);
  });

  test("has a replica take a primary's place that leaves as it runs or was killed, and takes it back with an empty disk: nothing is lost", async () => {
    const surroundings = await PlainSurroundings.open(
      ["n1", "n2", "n3", "n4", "n5", "n6"],
      redisCluster.ports,
    );
    const { nodes } = surroundings;
    try {
      const cluster = await redisCluster.open(surroundings, { settings: { replication: "synchronous" } });
      await Promise.all(nodes.map((node) => cluster.start(node)));
      const { members } = cluster;
      if (members === undefined) throw new Error("no members");
      const dispensable = (): Promise<unknown> => Promise.resolve(members.dispensable?.());
      const within = { timeout: 20_000 };
      const primaries = async (): Promise<unknown> => cluster.primaries?.();
      const client = await cluster.openClient("n3");
      // Keys of which each primary has some.
      const keys = Array.from({ length: 30 }, (_, key) => key);
      const invoke = (f: string, key: number, value: Json = null): Promise<Completion> =>
        client.invoke({ process: 0, f, key, value });
      const answered = async (completion: () => Promise<Completion>): Promise<Json> => {
        // While nobody has the slots of a primary that was killed, all is refused.
        await expect.poll(async () => (await completion()).type, within).toBe("ok");
        return (await completion()).value ?? null;
      };
      for (const key of keys) await answered(() => invoke("write", key, key));
      expect(await primaries()).toEqual(["n1", "n2", "n3"]);

      // Its replica is n4.
      await members.remove("n1");
      expect(await members.list()).toEqual(["n2", "n3", "n4", "n5", "n6"]);
      expect(await primaries()).toEqual(expect.arrayContaining(["n2", "n3", "n4"]));
      // Who alone has its keys stays.
      await expect.poll(dispensable, within).toEqual(["n2", "n3", "n5", "n6"]);
      await surroundings.end("n1", "SIGKILL");
      for (const key of keys) expect(await answered(() => invoke("read", key))).toBe(key);

      await members.add("n1");
      expect(await members.list()).toEqual(nodes);
      expect(await primaries()).toEqual(["n2", "n3", "n4"]);
      await expect.poll(dispensable, within).toEqual(nodes);

      // What n1 has, it has from n4.
      await surroundings.end("n4", "SIGKILL");
      await members.remove("n4");
      expect(await primaries()).toEqual(["n1", "n2", "n3"]);
      for (const key of keys) expect(await answered(() => invoke("read", key))).toBe(key);
      await members.add("n4");
      expect(await members.list()).toEqual(nodes);
      await client.close();
      await cluster.close();
    } finally {
      await surroundings.close();
    }
  }, 90_000);
});

describe("an error reply of Redis", () => {
  const reply = (message: string): Error => Object.assign(new Error(message), { name: "ReplyError" });

  test.each([
    "READONLY You can't write against a read only replica.",
    "LOADING Redis is loading the dataset in memory",
    "EXECABORT Transaction discarded because of previous errors.",
    "NOREPLICAS Not enough good replicas to write.",
    "MISCONF Errors writing to the AOF file: No space left on device",
    "OOM command not allowed when used memory > 'maxmemory'.",
    "MOVED 3999 127.0.0.1:6381",
    "CLUSTERDOWN The cluster is down",
  ])("%s: nothing was done", (message) => {
    expect(isRefusal(reply(message))).toBe(true);
  });

  test.each([
    "ERR Error running script (call to f_1): @user_script:2: Script attempted to access",
    "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)",
    "NEWCODE of a later release",
  ])("%s leaves it open", (message) => {
    expect(isRefusal(reply(message))).toBe(false);
  });

  test("a connection that ends is no reply", () => {
    expect(isRefusal(new Error("READONLY Connection is closed."))).toBe(false);
  });
});
