import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { HistoryBuilder } from "../../histories/builder.ts";
import type { Json } from "../../histories/json.ts";
import type { Completion } from "../../systems/contracts/client.ts";
import type { Cluster } from "../../systems/contracts/system.ts";
import { ZookeeperConnection } from "../../systems/databases/zookeeper/connection.ts";
import { lockSession } from "../../systems/databases/zookeeper/locks.ts";
import { zookeeper } from "../../systems/databases/zookeeper/zookeeper.ts";
import { unavailableFaults } from "../doctor.ts";
import { judged } from "../testing/judged-run.ts";
import { namespacedFinding, namespacedRun, noNamespaces } from "../testing/namespaced-run.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";

const missing = await zookeeper.missing?.();
if (missing !== undefined) process.stderr.write(`tests of ZooKeeper are skipped: ${missing}\n`);

const apart = await noNamespaces();
if (apart !== undefined) process.stderr.write(`tests of ZooKeeper under partitions are skipped: ${apart}\n`);

/** Single reads and appends, of which those on a member that is cut off read what it knew. */
const stale =
  "--workload list-append --max-transaction-length 1 --isolation linearizable --key-count 2 --key-distribution uniform " +
  "--concurrency 30 --rate 500 --faults partition --interval 1.3 --time 4";

describe.skipIf(missing !== undefined || apart !== undefined)("ZooKeeper with links that are cut", () => {
  test("has stale reads, though clients keep their order", async () => {
    const { history, results } = await namespacedFinding(
      ["3", "1", "8", "5"],
      "zookeeper",
      ...stale.split(" "),
    );
    expect(results.checks[0]?.anomalies.map(({ type }) => type)).toContain("G-single-realtime");
    expect(judged(history, { checker: "isolation", level: "sequential" }).valid).toBe(true);
  }, 120_000);

  test("stays linearizable where servers catch up before they are read, killed and paused and their clocks wrong as well", async () => {
    const clocks = unavailableFaults(zookeeper).has("clock") ? [] : ["clock"];
    const faults = ["partition", "kill", "pause", ...clocks].join(",");
    const { results, history, stderr } = await namespacedRun(
      ...`zookeeper --set reads=sync --workload register --faults ${faults}`.split(" "),
      ..."--interval 1.2 --time 5 --seed 3".split(" "),
    );
    // Among them that a clock does not show what it was set to.
    expect(stderr).not.toMatch(/fault .* failed/);
    const skewed = [...history].some(({ f, value }) => f === "skew-clock" && value !== null);
    expect(skewed).toBe(clocks.length > 0);
    expect(results.checks[0]).toMatchObject({ valid: true, anomalies: [] });
  }, 60_000);
});

describe.skipIf(missing !== undefined)("servers of ZooKeeper", () => {
  test("give a lock to somebody else when its holder's server is paused beyond the session; tokens tell them apart", async () => {
    const surroundings = await PlainSurroundings.open(["n1", "n2", "n3"], zookeeper.ports);
    try {
      const cluster = await zookeeper.open(surroundings, { workload: "lock" });
      await Promise.all(surroundings.nodes.map((node) => cluster.start(node)));
      const [leader] = (await cluster.primaries?.()) ?? [];
      const [far = "", near = ""] = surroundings.nodes.filter((node) => node !== leader);
      const history = new HistoryBuilder({ workload: "lock" });
      const clients = [await cluster.openClient(far), await cluster.openClient(near)] as const;
      let time = 0;
      /** Processes are taken up by others after an unknown outcome; even ones are of the first client. */
      const invoke = async (process: number, f: string, value: Json): Promise<Completion> => {
        history.add({ time: ++time, process, type: "invoke", f, key: 1, value });
        const completion = await clients[process % 2 === 0 ? 0 : 1].invoke({ process, f, key: 1, value });
        history.add({ time: ++time, process, f, key: 1, value, ...completion });
        return completion;
      };
      const first = await invoke(0, "acquire", null);
      expect(first.type).toBe("ok");
      // Kept alive, it is held for longer than a session lasts.
      await sleep(lockSession + 500);
      expect((await invoke(1, "acquire", null)).type).toBe("fail");
      surroundings.signal(far, "SIGSTOP");
      let second = await invoke(1, "acquire", null);
      for (let i = 0; i < 100 && second.type !== "ok"; i++) {
        await sleep(100);
        second = await invoke(1, "acquire", null);
      }
      surroundings.signal(far, "SIGCONT");
      expect(Number(second.value)).toBeGreaterThan(Number(first.value));
      // Its client still believes to hold the lock, and is refused, once it has found that its connection is lost, and made another.
      let late = await invoke(0, "release", first.value ?? null);
      for (let process = 2; process < 40 && late.type === "info"; process += 2) {
        await sleep(200);
        late = await invoke(process, "release", first.value ?? null);
      }
      expect(late).toMatchObject({ type: "fail", error: ["refused", expect.any(String)] });
      expect((await invoke(1, "release", second.value ?? null)).type).toBe("ok");
      const recorded = history.build();
      const judge = (model: string) => judged(recorded, { checker: "linearizable", model }).valid;
      expect(judge("fenced-mutex")).toBe(false);
      expect(judge("lease")).toBe(true);
      await Promise.all(clients.map((client) => client.close()));
      await cluster.close();
    } finally {
      await surroundings.close();
    }
  }, 60_000);

  test("leave as they run, the leader among them, and join anew with what the others have", async () => {
    const surroundings = await PlainSurroundings.open(["n1", "n2", "n3"], zookeeper.ports);
    const { nodes } = surroundings;
    try {
      const cluster = await zookeeper.open(surroundings, {
        workload: "register",
        settings: { reads: "sync" },
      });
      await Promise.all(nodes.map((node) => cluster.start(node)));
      const { members } = cluster;
      if (members === undefined) throw new Error("no members");
      const listed = (): Promise<unknown> => members.list().catch(String);
      const within = { timeout: 20_000 };
      await expect.poll(listed, within).toEqual(nodes);
      const [leader = ""] = (await cluster.primaries?.()) ?? [];
      const others = nodes.filter((node) => node !== leader);
      await members.remove(leader);
      // Who leads now has to be found first.
      await expect.poll(listed, within).toEqual(others);
      await surroundings.end(leader, "SIGKILL");
      const [other = ""] = others;
      expect(await ask(cluster, other, { f: "write", value: 7 })).toMatchObject({ type: "ok" });
      await members.add(leader);
      await expect.poll(listed, within).toEqual(nodes);
      expect(await ask(cluster, leader, { f: "read", value: null })).toMatchObject({ type: "ok", value: 7 });
    } finally {
      await surroundings.close();
    }
  }, 90_000);
});

/** What a server answers, once it has found who leads now. */
async function ask(
  cluster: Cluster,
  node: string,
  operation: { readonly f: string; readonly value: Json },
): Promise<Completion> {
  const client = await cluster.openClient(node);
  try {
    for (let tries = 1; ; tries++) {
      const completion = await client.invoke({ process: 0, key: 1, ...operation });
      if (completion.type === "ok" || tries === 50) return completion;
      await sleep(200);
    }
  } finally {
    await client.close();
  }
}

describe.skipIf(missing !== undefined)("a server of ZooKeeper", () => {
  let surroundings: PlainSurroundings;
  beforeAll(async () => {
    surroundings = await PlainSurroundings.open(["n1"], zookeeper.ports);
    await (await open("register")).start("n1");
  });
  afterAll(() => surroundings.close());

  const open = (workload: string): Promise<Cluster> =>
    zookeeper.open(surroundings, { workload, settings: { reads: "sync" } });

  async function perform(
    workload: string,
    operations: readonly (readonly [f: string, value: Completion["value"]])[],
  ): Promise<Completion[]> {
    const cluster = await open(workload);
    const client = await cluster.openClient("n1");
    const completions: Completion[] = [];
    for (const [f, value = null] of operations)
      completions.push(await client.invoke({ process: 0, f, key: 1, value }));
    await client.close();
    await cluster.close();
    return completions;
  }

  test("compares and sets by version", async () => {
    const operations = [
      ["read", null],
      ["cas", [1, 2]],
      ["write", 1],
      ["cas", [1, 2]],
      ["cas", [1, 3]],
      ["read", null],
    ] as const;
    expect((await perform("register", operations)).map(({ type, value }) => [type, value])).toEqual([
      ["ok", null],
      ["fail", undefined],
      ["ok", 1],
      ["ok", [1, 2]],
      ["fail", undefined],
      ["ok", 2],
    ]);
  });

  test("appends in transactions", async () => {
    const operations = [
      [
        "txn",
        [
          ["append", 1, 1],
          ["append", 2, 1],
        ],
      ],
      [
        "txn",
        [
          ["r", 1, null],
          ["append", 1, 2],
          ["r", 1, null],
          ["r", 3, null],
        ],
      ],
      [
        "txn",
        [
          ["r", 1, null],
          ["r", 2, null],
          ["r", 3, null],
        ],
      ],
    ] as const;
    expect((await perform("list-append", operations)).map(({ value }) => value)).toEqual([
      [
        ["append", 1, 1],
        ["append", 2, 1],
      ],
      [
        ["r", 1, [1]],
        ["append", 1, 2],
        ["r", 1, [1, 2]],
        ["r", 3, null],
      ],
      [
        ["r", 1, [1, 2]],
        ["r", 2, [1]],
        ["r", 3, null],
      ],
    ]);
  });

  test("keeps sets and counters", async () => {
    const added = await perform("set", [
      ["add", 3],
      ["add", 5],
      ["read", null],
    ]);
    expect(added.at(-1)?.value).toEqual(expect.arrayContaining([3, 5]));
    const counted = await perform("counter", [
      ["read", null],
      ["add", 3],
      ["add", 4],
      ["read", null],
    ]);
    expect(counted.map(({ value }) => value)).toEqual([0, 3, 4, 7]);
  });

  test("is not asked for version 0 by its client library, which takes it for any", async () => {
    const connection = await ZookeeperConnection.open(surroundings.address("n1"), 5_000);
    const commit = (data: string): Promise<boolean> =>
      new Promise((resolve) => {
        connection.client
          .transaction()
          .setData("/zero", Buffer.from(data), 0)
          .commit((error) => resolve(error === null || error === undefined));
      });
    await new Promise<void>((resolve) => connection.client.create("/zero", () => resolve()));
    expect(await commit("first")).toBe(true);
    // Its version is 1 by now, and this should be refused. When it is, `ZookeeperStore` need not avoid version 0 any more.
    expect(await commit("second")).toBe(true);
    connection.close();
  });
});
