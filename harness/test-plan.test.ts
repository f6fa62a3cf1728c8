import { describe, expect, it } from "vitest";

import { UsageError } from "../histories/errors.ts";
import { defineSystem } from "../systems/define-system.ts";
import { planTest, type TestOptions } from "./test-plan.ts";

const plan = (options: Partial<TestOptions>) =>
  planTest({ system: "paxos", seed: "1", ...options }, { versions: {}, started: "2026-01-02T03:04:05.678Z" });

describe("the plan of a test", () => {
  it("refuses an unknown fault, also beside all", () => {
    expect(() => plan({ faults: ["parttion"] })).toThrow(UsageError);
    expect(() => plan({ faults: ["all", "parttion"] })).toThrow(UsageError);
    expect(() => plan({ faults: ["none", "kill"] })).toThrow(UsageError);
  });

  it("kills no node of a protocol whose nodes do not come back", () => {
    expect(plan({ system: "lamport-mutex" }).description.faults).toEqual(["partition", "pause"]);
    expect(() => plan({ system: "lamport-mutex", faults: ["kill"] })).toThrow(/cannot have the fault kill/);
    expect(plan({ system: "raft" }).description.faults).toContain("kill");
  });

  it("changes members only where two are left, and the system as it is set up bears it", () => {
    const rabbitmq = { system: "rabbitmq", faults: ["membership"] };
    expect(plan(rabbitmq).description.faults).toEqual(["membership"]);
    expect(() => plan({ ...rabbitmq, nodes: 2 })).toThrow(/membership is not available here: .* three nodes/);
    const classic = { "queue-type": "classic" };
    expect(() => plan({ ...rabbitmq, systemSettings: classic })).toThrow(/only replicas of quorum queues/);
    const { description, notes } = plan({ system: "rabbitmq", faults: ["all"], systemSettings: classic });
    expect(description.faults).not.toContain("membership");
    expect(notes).toContainEqual(
      expect.stringMatching(/membership left out: only replicas of quorum queues/),
    );
    const redisCluster = { system: "redis-cluster", faults: ["membership"] };
    expect(plan(redisCluster).description.faults).toEqual(["membership"]);
    expect(() => plan({ ...redisCluster, nodes: 5 })).toThrow(
      /only when a replica has its keys: .* six nodes/,
    );
    expect(() => plan({ system: "lamport-mutex", faults: ["membership"] })).toThrow(/cannot have the fault/);
  });

  describe("of a system whose nodes share one list of addresses", () => {
    const own = defineSystem({
      name: "one-list",
      workloads: ["register"],
      nodes: { default: 3, minimum: 1 },
      faults: ["partition", "latency", "kill"],
      peers: "one-list",
      open: () => Promise.reject(new Error("not here")),
    });

    it("hurts no link between nodes where there are only proxies", () => {
      expect(() => plan({ own, faults: ["partition"] })).toThrow(
        /one list of addresses.*--network namespaces.*rashomon doctor/,
      );
      const { description, notes } = plan({ own, faults: ["all"] });
      expect(description).toMatchObject({ faults: ["kill"], network: "proxies" });
      expect(notes.join("\n")).toMatch(/partition left out:.*--network namespaces/);
    });

    it("hurts them in namespaces, and those of the clients of a single node everywhere", () => {
      expect(plan({ own, faults: ["partition"], network: "namespaces" }).description).toMatchObject({
        faults: ["partition"],
        network: "namespaces",
      });
      expect(plan({ own, faults: ["partition"], nodes: 1 }).description.faults).toEqual(["partition"]);
    });
  });

  describe("of a system of one's own", () => {
    const kv = {
      name: "kv",
      workloads: ["register", "set"],
      functions: { register: ["read", "write"] },
      withoutFaults: () => new Map([["pause", "it is never paused"]] as const),
      open: () => Promise.reject(new Error("not here")),
    };
    const own = defineSystem(kv);

    it("says which faults of those that are usual it does not list", () => {
      expect(plan({ own }).notes).toEqual([
        expect.stringMatching(/^fault kill left out: .*does not list it/),
      ]);
      expect(plan({ own: defineSystem({ ...kv, faults: ["partition", "kill", "pause"] }) }).notes).toEqual(
        [],
      );
    });

    it("refuses a fault that it is not to have as it is set up", () => {
      expect(() => plan({ own, faults: ["pause"] })).toThrow(
        /pause is not available here: it is never paused/,
      );
    });

    it("asks its clients for what they understand, unless the user says otherwise", () => {
      const { description } = plan({ own });
      expect(description.settings).toMatchObject({ functions: "read,write" });
      expect(description.command).toContain(" --functions read,write ");
      expect(plan({ own, workload: "set" }).settings).not.toHaveProperty("functions");
      expect(plan({ own, settings: { functions: "read,write,cas" } }).settings.functions).toBe(
        "read,write,cas",
      );
    });
  });

  it.each([20, 7, 10, 0.5, 100, 13])(
    "says the interval of a run of %d s in a few digits, which give the same run again",
    (seconds) => {
      const first = plan({ seconds });
      const [, words = ""] = /--interval (\S+)/.exec(first.description.command) ?? [];
      expect(words).toMatch(/^\d+(\.\d{1,3})?$/);
      expect(plan({ seconds, interval: Number(words) }).intervalSeconds).toBe(first.intervalSeconds);
    },
  );

  it.each([
    ["7", "--seed 7"],
    ["two words", "--seed 'two words'"],
    ["it's", String.raw`--seed 'it'\''s'`],
    ["", "--seed ''"],
    ["$(id)", "--seed '$(id)'"],
  ])("writes the seed %j so that a shell gives it back", (seed, words) => {
    expect(plan({ seed }).description.command.endsWith(` ${words}`)).toBe(true);
  });
});
