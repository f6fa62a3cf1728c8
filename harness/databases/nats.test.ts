import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Verdict } from "../../checkers/verdict.ts";
import { HistoryBuilder } from "../../histories/builder.ts";
import { isJsonObject, type Json } from "../../histories/json.ts";
import type { Completion } from "../../systems/contracts/client.ts";
import type { Address, Cluster, Surroundings } from "../../systems/contracts/system.ts";
import { unavailableFaults } from "../doctor.ts";
import { nats } from "../../systems/databases/nats/nats.ts";
import { judged, judgedRun, recordedRun, typesOf } from "../testing/judged-run.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";
import { Relay, type Cut } from "../testing/relay.ts";

const missing = await nats.missing?.();
if (missing !== undefined) process.stderr.write(`tests of NATS are skipped: ${missing}\n`);

const patience = 120_000;

/** What is known of an operation when its connection is cut while it runs. */
describe.skipIf(missing !== undefined)("a connection to NATS that is cut", () => {
  let surroundings: PlainSurroundings;
  /** Where clients find the server: itself, or the relay before it. */
  let found: Address;
  const clusters = new Map<string, Cluster>();

  beforeAll(async () => {
    surroundings = await PlainSurroundings.open(["n1"], nats.ports);
    found = surroundings.address("n1");
    const relayed: Surroundings = {
      nodes: surroundings.nodes,
      seed: surroundings.seed,
      directory: (node) => surroundings.directory(node),
      logs: (node) => surroundings.logs(node),
      address: (node, port) => surroundings.address(node, port),
      route: () => found,
      // All workloads are served by one server.
      spawn: (node, process) =>
        surroundings.alive(node) ? Promise.resolve() : surroundings.spawn(node, process),
      run: (node, process) => surroundings.run(node, process),
      alive: (node) => surroundings.alive(node),
    };
    for (const workload of ["queue", "register", "counter", "log"]) {
      const cluster = await nats.open(relayed, { workload });
      await cluster.start("n1");
      clusters.set(workload, cluster);
    }
  }, patience);
  afterAll(async () => {
    await surroundings.close();
  });

  async function invoke(workload: string, f: string, value: Json = null, key?: Json): Promise<Completion> {
    const client = await clusters.get(workload)?.openClient("n1");
    if (client === undefined) throw new Error(`no cluster for ${workload}`);
    const completion = await client.invoke({ process: 0, f, value, ...(key === undefined ? {} : { key }) });
    await client.close();
    return completion;
  }

  async function whileCut(cut: Cut, operation: () => Promise<Completion>): Promise<Completion> {
    const relay = await Relay.open(surroundings.address("n1"), cut);
    found = relay.address;
    const completion = await operation();
    relay.close();
    found = surroundings.address("n1");
    return completion;
  }

  /** The next message of the queue; of one that is out with a client that is gone, once that has had its time. */
  async function next(): Promise<Json> {
    for (;;) {
      const { type, value = null } = await invoke("queue", "dequeue");
      if (type === "ok" && value !== null) return value;
      await sleep(100);
    }
  }

  test.each<[string, Cut, Completion["type"], boolean]>([
    ["before it is open: it has failed", { text: "CONNECT", at: "request" }, "fail", false],
    [
      "before the message arrives: nobody knows, and it is not there",
      { text: "QUEUE", at: "request" },
      "info",
      false,
    ],
    [
      "before it is acknowledged: nobody knows, and it is there",
      { text: "QUEUE", at: "answer" },
      "info",
      true,
    ],
  ])("while a message is published, %s", async (_, cut, type, there) => {
    expect((await whileCut(cut, () => invoke("queue", "enqueue", "m"))).type).toBe(type);
    if (there) expect(await next()).toBe("m");
    expect(await invoke("queue", "dequeue")).toMatchObject({ type: "ok", value: null });
  });

  test.each<[string, Cut, { readonly type: string; readonly value?: string }, boolean]>([
    ["before it is asked for: it has failed", { text: "MSG.NEXT", at: "request" }, { type: "fail" }, true],
    [
      "before it is acknowledged: it was seen, and comes again",
      { text: "+ACK", at: "request" },
      { type: "info", value: "m" },
      true,
    ],
    [
      "before that is confirmed: it was seen, and may come again",
      { text: "+ACK", at: "answer" },
      { type: "info", value: "m" },
      false,
    ],
  ])(
    "while a message is delivered, %s",
    async (_, cut, completion, again) => {
      await invoke("queue", "enqueue", "m");
      expect(await whileCut(cut, () => invoke("queue", "dequeue"))).toMatchObject(completion);
      if (again) expect(await next()).toBe("m");
      expect(await invoke("queue", "dequeue")).toMatchObject({ type: "ok", value: null });
    },
    patience,
  );

  test(
    "a queue is not empty as long as a message is out with somebody who never got it",
    async () => {
      await invoke("queue", "enqueue", "m");
      await whileCut({ text: "MSG.NEXT", at: "answer" }, () => invoke("queue", "dequeue"));
      expect(await invoke("queue", "dequeue")).toMatchObject({
        type: "fail",
        error: ["not-to-be-had", { out: 1, waiting: 0 }],
      });
      expect(await next()).toBe("m");
      expect(await invoke("queue", "dequeue")).toMatchObject({ type: "ok", value: null });
    },
    patience,
  );

  let keys = 0;
  test.each<[string, Cut, string, Json, Completion["type"], Json]>([
    ["before a write arrives: nobody knows", { text: "PUB", at: "request" }, "write", 7, "info", 3],
    ["before it is acknowledged: nobody knows", { text: "PUB", at: "answer" }, "write", 7, "info", 7],
    [
      "before the read of a compare-and-set arrives: it has failed",
      { text: "MSG.GET", at: "request" },
      "cas",
      [3, 7],
      "fail",
      3,
    ],
    ["before that is answered: it has failed", { text: "MSG.GET", at: "answer" }, "cas", [3, 7], "fail", 3],
    ["before its write arrives: nobody knows", { text: "HPUB", at: "request" }, "cas", [3, 7], "info", 3],
    [
      "before its write is acknowledged: nobody knows",
      { text: "HPUB", at: "answer" },
      "cas",
      [3, 7],
      "info",
      7,
    ],
    ["before a read is answered: it has failed", { text: "MSG.GET", at: "answer" }, "read", null, "fail", 3],
  ])("on a register, %s", async (_, cut, f, value, type, after) => {
    const key = ++keys;
    expect((await invoke("register", "write", 3, key)).type).toBe("ok");
    expect((await whileCut(cut, () => invoke("register", f, value, key))).type).toBe(type);
    expect(await invoke("register", "read", null, key)).toMatchObject({ type: "ok", value: after });
  });

  test("a compare-and-set of another value fails, and one that others forestall is tried again", async () => {
    expect((await invoke("register", "write", 3, "c")).type).toBe("ok");
    expect((await invoke("register", "cas", [4, 5], "c")).type).toBe("fail");
    const adds = await Promise.all([1, 2, 3].map((amount) => invoke("counter", "add", amount)));
    expect(adds.map(({ type }) => type)).toEqual(["ok", "ok", "ok"]);
    expect(await invoke("counter", "read")).toMatchObject({ type: "ok", value: 6 });
  });

  test("a log gives offsets from 0 on, and what is there from an offset on", async () => {
    for (const [i, message] of ["a", "b", "c"].entries())
      expect(await invoke("log", "append", message, 0)).toMatchObject({ type: "ok", value: i });
    expect(await invoke("log", "append", "other", 1)).toMatchObject({ type: "ok", value: 0 });
    expect((await invoke("log", "poll", 1, 0)).value).toEqual([
      [1, "b"],
      [2, "c"],
    ]);
    expect((await invoke("log", "poll", 3, 0)).value).toEqual([]);
  });
});

const powerCut = unavailableFaults().get("power-cut");
if (powerCut !== undefined) process.stderr.write(`tests of NATS under power cuts are skipped: ${powerCut}\n`);

/** What the first check of each run finds, seed after seed, until one finds something: chance has its say in what is lost, and few runs lose nothing. */
async function finding(options: Parameters<typeof judgedRun>[0]): Promise<Verdict> {
  for (const seed of ["1", "2", "3"]) {
    const verdict = await judgedRun({ ...options, seed });
    if (verdict.valid === false) return verdict;
  }
  throw new Error("nothing was found with any seed");
}

describe.skipIf(missing !== undefined)("servers of NATS JetStream", () => {
  test(
    "leave one after another, the leader among them, and join anew until none is left of the first: nothing is lost",
    async () => {
      const surroundings = await PlainSurroundings.open(["n1", "n2", "n3"], nats.ports);
      const { nodes } = surroundings;
      try {
        const cluster = await nats.open(surroundings, { workload: "log" });
        await Promise.all(nodes.map((node) => cluster.start(node)));
        const { members } = cluster;
        if (members === undefined) throw new Error("no members");
        const listed = (): Promise<unknown> => members.list().catch(String);
        const within = { timeout: 20_000 };
        await expect.poll(listed, within).toEqual(nodes);
        // No stream is there yet that anybody could lead.
        expect(await cluster.primaries?.()).toEqual([]);
        const clients = await Promise.all(nodes.map((node) => cluster.openClient(node)));
        const invoke = async (node: string, f: string, value: Json): Promise<Completion> =>
          (await clients[nodes.indexOf(node)]?.invoke({ process: 0, f, value, key: 0 })) ?? { type: "fail" };
        const acknowledged: unknown[] = [];
        const append = async (node: string, message: string): Promise<void> => {
          const { type, value = null } = await invoke(node, "append", message);
          if (type === "ok") acknowledged.push([value, message]);
        };
        await append("n1", "at first");
        for (const node of nodes) {
          const others = nodes.filter((each) => each !== node);
          const [other = ""] = others;
          // Of those that run, one at least leads.
          if (node === "n2") await surroundings.end(node, "SIGKILL");
          await members.remove(node);
          await expect.poll(listed, within).toEqual(others);
          await surroundings.end(node, "SIGKILL");
          await append(other, `without ${node}`);
          await members.add(node);
          expect(await listed()).toEqual(nodes);
          await append(node, `with ${node} again`);
        }
        expect(acknowledged.length).toBeGreaterThanOrEqual(4);
        await expect.poll(() => cluster.primaries?.(), within).toHaveLength(1);
        for (const node of nodes) {
          const { value = null } = await invoke(node, "poll", 0);
          expect(value).toEqual(expect.arrayContaining(acknowledged));
        }
        await Promise.all(clients.map((client) => client.close()));
        await cluster.close();
      } finally {
        await surroundings.close();
      }
    },
    patience,
  );

  test(
    "leave and join while clients go on: each message that was acknowledged is there, once",
    async () => {
      const { history, checks } = await recordedRun({
        system: "nats",
        workload: "log",
        seconds: 6,
        interval: 1.5,
        rate: 100,
        faults: ["membership"],
      });
      const left = [...history].filter(
        ({ f, value }) => f === "leave" && isJsonObject(value) && value["members"] !== undefined,
      );
      expect(left.length).toBeGreaterThan(0);
      const back = [...history].filter(({ f }) => f === "return");
      expect(back.flatMap(({ error = [] }) => error)).toEqual([]);
      const verdict = judged(history, checks[0] ?? { checker: "log" });
      expect(verdict.anomalies).toEqual([]);
      expect(verdict.valid).toBe(true);
    },
    patience,
  );
});

describe.skipIf(missing !== undefined)("NATS JetStream", () => {
  const one = { system: "nats", nodes: 1, seconds: 3, interval: 1, rate: 300 } as const;

  test(
    "keeps what it acknowledged when its server is killed",
    async () => {
      const verdict = await judgedRun({ ...one, workload: "queue", faults: ["kill"] });
      expect(verdict.anomalies).toEqual([]);
      expect(verdict.valid).toBe(true);
    },
    patience,
  );

  test.skipIf(powerCut !== undefined)(
    "loses it when the power goes, since it does not wait for disks",
    async () => {
      const verdict = await finding({ ...one, workload: "log", faults: ["power-cut"] });
      expect(typesOf(verdict)).toContain("lost-write");
    },
    patience,
  );

  test(
    "loses updates on three servers without any fault, where conditions are checked before anybody else's write is applied; not on one",
    async () => {
      const counting = {
        system: "nats",
        workload: "counter",
        seconds: 2,
        rate: 400,
        concurrency: 12,
      } as const;
      expect(typesOf(await finding({ ...counting, nodes: 3 }))).toContain("below-bounds");
      const alone = await judgedRun({ ...counting, nodes: 1 });
      expect(alone.anomalies).toEqual([]);
      expect(alone.valid).toBe(true);
    },
    patience,
  );

  test(
    "answers direct reads on three servers from whoever is near, who may be behind",
    async () => {
      const surroundings = await PlainSurroundings.open(["n1", "n2", "n3"], nats.ports);
      try {
        const settings = { reads: "direct" };
        const cluster = await nats.open(surroundings, { workload: "register", settings });
        await Promise.all(surroundings.nodes.map((node) => cluster.start(node)));
        const writer = await cluster.openClient("n1");
        const readers = await Promise.all(
          [...surroundings.nodes, ...surroundings.nodes].map((node) => cluster.openClient(node)),
        );
        const history = new HistoryBuilder({ workload: "register" });
        let [time, written, stale] = [0, 0, false];
        const act = async (process: number, f: string, value: Json): Promise<Completion> => {
          history.add({ time: ++time, process, type: "invoke", f, key: 1, value });
          const client = readers[process] ?? writer;
          const completion = await client.invoke({ process, f, key: 1, value });
          history.add({ time: ++time, process, f, key: 1, value, ...completion });
          return completion;
        };
        // One of some fifty writes shows it; who is not lucky in all this time has something else.
        const end = performance.now() + 30_000;
        const goesOn = (): boolean => !stale && performance.now() < end;
        const writing = async (): Promise<void> => {
          for (let next = 1; goesOn(); next++)
            if ((await act(readers.length, "write", next)).type === "ok") written = next;
            else return;
        };
        const reading = async (process: number): Promise<void> => {
          while (goesOn()) {
            const before = written;
            const { type, value } = await act(process, "read", null);
            if (type === "ok" && Number(value ?? 0) < before) stale = true;
          }
        };
        await Promise.all([writing(), ...readers.map((_, process) => reading(process))]);
        const verdict = judged(history.build(), { checker: "linearizable", model: "cas-register" });
        expect(typesOf(verdict)).toEqual(["nonlinearizable"]);
        await Promise.all([writer, ...readers].map((client) => client.close()));
        await cluster.close();
      } finally {
        await surroundings.close();
      }
    },
    patience,
  );
});
