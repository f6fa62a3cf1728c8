import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, test } from "vitest";

import type { Verdict } from "../../checkers/verdict.ts";
import { HistoryBuilder } from "../../histories/builder.ts";
import { isJsonObject, type Json } from "../../histories/json.ts";
import type { Completion } from "../../systems/contracts/client.ts";
import { etcd } from "../../systems/databases/etcd/etcd.ts";
import { unavailableFaults } from "../doctor.ts";
import { judged } from "../testing/judged-run.ts";
import { namespacedFinding, namespacedRun, noNamespaces } from "../testing/namespaced-run.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";

const missing = await etcd.missing?.();
if (missing !== undefined) process.stderr.write(`tests of etcd are skipped: ${missing}\n`);

const apart = await noNamespaces();
if (apart !== undefined) process.stderr.write(`tests of etcd under partitions are skipped: ${apart}\n`);

/** Single reads and appends, of which those on a member that is cut off read what it knew. */
const stale =
  "--workload list-append --max-transaction-length 1 --isolation linearizable --key-count 2 --key-distribution uniform " +
  "--concurrency 30 --rate 500 --faults partition --interval 1.3 --time 4";

describe.skipIf(missing !== undefined || apart !== undefined)("etcd with links that are cut", () => {
  test("stays linearizable, its members killed and paused and their clocks wrong as well", async () => {
    const clocks = unavailableFaults(etcd).has("clock") ? [] : ["clock"];
    const { results, history, stderr } = await namespacedRun(
      ...`etcd --workload register --faults ${["partition", "kill", "pause", ...clocks].join(",")}`.split(
        " ",
      ),
      ..."--interval 1.2 --time 5 --seed 3".split(" "),
    );
    // Among them that a clock does not show what it was set to.
    expect(stderr).not.toMatch(/fault .* failed/);
    const skewed = [...history].some(({ f, value }) => f === "skew-clock" && value !== null);
    expect(skewed).toBe(clocks.length > 0);
    expect(results.checks[0]).toMatchObject({ valid: true, anomalies: [] });
  }, 60_000);

  test("stays linearizable while members leave, and join anew with empty disks", async () => {
    const { results, history, stderr } = await namespacedRun(
      ..."etcd --workload register --faults membership --interval 1.2 --time 6 --seed 5".split(" "),
    );
    expect(stderr).not.toMatch(/fault .* failed|after the final healing|ended by itself/);
    expect(results.checks[0]).toMatchObject({ valid: true, anomalies: [] });
    // What the members themselves say: who was left, each time one had gone, and that those who left are back.
    const done = [...history].filter(({ process, value }) => process === "nemesis" && value !== null);
    const gone = done.flatMap(({ f, value }) => (f === "leave" && isJsonObject(value) ? [value] : []));
    const left = gone.flatMap(({ nodes, members = null }) => (members === null ? [] : [{ nodes, members }]));
    expect(left.length).toBeGreaterThan(0);
    for (const { nodes, members } of left)
      expect([nodes, members].flat().map(String).toSorted()).toEqual(["n1", "n2", "n3"]);
    const back = done.flatMap(({ f, value }) =>
      f === "return" && isJsonObject(value) ? [value["nodes"] ?? []] : [],
    );
    expect(back.flat()).toEqual(left.flatMap(({ nodes }) => nodes));
  }, 90_000);

  test("answers serializable reads from what a member knows: stale, though clients keep their order", async () => {
    const { history, results } = await namespacedFinding(
      ["3", "1", "8", "5"],
      ...`etcd --set reads=serializable ${stale}`.split(" "),
    );
    expect(results.checks[0]?.anomalies.map(({ type }) => type)).toContain("G-single-realtime");
    expect(judged(history, { checker: "isolation", level: "sequential" }).valid).toBe(true);
  }, 120_000);
});

describe.skipIf(missing !== undefined)("etcd", () => {
  test("gives a lock to somebody else when its holder's member is paused beyond the lease; tokens tell them apart", async () => {
    const surroundings = await PlainSurroundings.open(["n1", "n2", "n3"], etcd.ports);
    try {
      const cluster = await etcd.open(surroundings, { workload: "lock" });
      await Promise.all(surroundings.nodes.map((node) => cluster.start(node)));
      const [leader] = (await cluster.primaries?.()) ?? [];
      const [far = "", near = ""] = surroundings.nodes.filter((node) => node !== leader);
      const history = new HistoryBuilder({ workload: "lock" });
      const clients = [await cluster.openClient(far), await cluster.openClient(near)] as const;
      let time = 0;
      const invoke = async (process: 0 | 1, f: string, value: Json): Promise<Completion> => {
        history.add({ time: ++time, process, type: "invoke", f, key: 1, value });
        const completion = await clients[process].invoke({ process, f, key: 1, value });
        history.add({ time: ++time, process, f, key: 1, value, ...completion });
        return completion;
      };
      const first = await invoke(0, "acquire", null);
      expect(first.type).toBe("ok");
      // Kept alive, it is held for longer than a lease lasts.
      await sleep(2_500);
      expect((await invoke(1, "acquire", null)).type).toBe("fail");
      surroundings.signal(far, "SIGSTOP");
      let second = await invoke(1, "acquire", null);
      for (let i = 0; i < 100 && second.type !== "ok"; i++) {
        await sleep(100);
        second = await invoke(1, "acquire", null);
      }
      surroundings.signal(far, "SIGCONT");
      expect(Number(second.value)).toBeGreaterThan(Number(first.value));
      // It still believes to hold the lock, and is refused.
      expect((await invoke(0, "release", first.value ?? null)).type).toBe("fail");
      expect((await invoke(1, "release", second.value ?? null)).type).toBe("ok");
      const recorded = history.build();
      const judge = (model: string): Verdict => judged(recorded, { checker: "linearizable", model });
      expect(judge("fenced-mutex").valid).toBe(false);
      expect(judge("lease").valid).toBe(true);
      await Promise.all(clients.map((client) => client.close()));
      await cluster.close();
    } finally {
      await surroundings.close();
    }
  }, 60_000);
});
