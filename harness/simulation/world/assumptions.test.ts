import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SystemModel } from "../../../systems/contracts/protocol.ts";
import { isolate } from "../../nemesis/grudge.ts";
import { RandomChoices } from "../choices/random-choices.ts";
import { paxosTraffic } from "../testing/paxos-traffic.ts";
import { Probe } from "../testing/probe.ts";
import { largestGroup } from "./largest-group.ts";
import { eventKinds } from "./event-queue.ts";
import { Network, type NetworkParts } from "./network.ts";

const model = (more: Partial<SystemModel> = {}): SystemModel => ({
  timing: "asynchronous",
  channels: "any",
  failures: "crash-recovery",
  tolerated: (nodes) => Math.floor((nodes - 1) / 2),
  ...more,
});

/** "<concerns>: <assumption> ×<count>". */
const broken = (probe: Probe, assumed: SystemModel): string[] =>
  probe.world
    .brokenAssumptions(assumed)
    .map(({ concerns, assumption, count }) => `${concerns}: ${assumption} ×${count}`);

const synchronous = { network: { timing: "synchronous", bound: 1_000 } } as const;

describe("a run with nothing wrong", () => {
  it("keeps every assumption", () => {
    const probe = new Probe({ settings: synchronous });
    for (let i = 0; i < 5; i++) probe.send("n1", "n2", i);
    probe.until(9000);
    expect(
      broken(probe, model({ timing: "synchronous", channels: "fifo", failures: "none", clockBound: 0 })),
    ).toEqual([]);
  });

  it("of Paxos under faults keeps the assumptions of Paxos, and after stabilization those of its progress", () => {
    const { world } = paxosTraffic(new RandomChoices(3), {
      settings: { network: { loss: 50, duplication: 50 } },
    });
    world.runTo(2_000_000);
    expect(world.brokenAssumptions(model()).filter(({ concerns }) => concerns === "safety")).toEqual([]);
    const told = world.brokenAssumptions(model({ timing: "synchronous", failures: "none" }));
    expect(new Set(told.map(({ assumption }) => assumption))).toEqual(
      new Set(["delay bound", "no loss", "failures"]),
    );
  });
});

describe("what breaks an assumption", () => {
  it("is a message that takes longer than the bound, handled or not", () => {
    const probe = new Probe({ settings: synchronous });
    probe.world.disturb("l", { kind: "latency", milliseconds: 5, jitter: 0 }, [{ from: "n1", to: "n2" }]);
    probe.send("n1", "n2", 1);
    probe.until(1_000);
    expect(broken(probe, model({ timing: "synchronous" }))).toEqual([]);
    probe.until(1_001);
    expect(broken(probe, model({ timing: "synchronous" }))).toEqual(["safety: delay bound ×1"]);
    expect(broken(probe, model({ timing: "synchronous" }))).toEqual(["safety: delay bound ×1"]);
    probe.until(9_000);
    expect(broken(probe, model({ timing: "synchronous" }))).toEqual(["safety: delay bound ×1"]);
    expect(broken(probe, model({ timing: "partially-synchronous" }))).toEqual([]);
  });

  it("is a node that takes too long over a message, since it is stopped or slow", () => {
    const probe = new Probe({ settings: synchronous });
    probe.world.pause("n2");
    probe.send("n1", "n2", 1);
    probe.until(2_000);
    probe.world.resume("n2");
    probe.until(2_000);
    expect(broken(probe, model({ timing: "synchronous" }))).toEqual(["safety: delay bound ×1"]);
  });

  it("is not a message to a node that is down", () => {
    const probe = new Probe({ settings: synchronous });
    probe.world.crash("n2", "nothing-lost");
    probe.send("n1", "n2", 1);
    probe.until(9_000);
    expect(broken(probe, model({ timing: "synchronous", failures: "crash-stop" }))).toEqual([]);
  });

  it("is a cut where no message may be lost: always if synchronous, else after stabilization", () => {
    const probe = new Probe({ settings: synchronous });
    probe.world.cut("c", [{ from: "n1", to: "n2" }]);
    probe.send("n1", "n2", 1);
    probe.until(9_000);
    expect(broken(probe, model({ timing: "synchronous", tolerated: () => 1 }))).toEqual([
      "safety: no loss ×1",
    ]);
    expect(broken(probe, model())).toEqual([]);
    probe.world.stabilize();
    probe.send("n1", "n2", 2);
    expect(broken(probe, model())).toEqual(["liveness: no loss ×1"]);
  });

  it("is not a cut on the way to a node that is down", () => {
    const probe = new Probe({ settings: synchronous });
    probe.world.cut("c", [{ from: "n1", to: "n2" }]);
    probe.world.crash("n2", "nothing-lost");
    probe.send("n1", "n2", 1);
    expect(broken(probe, model({ timing: "synchronous", failures: "crash-stop" }))).toEqual([]);
  });

  it("is not a message that an earlier life of its receiver was sent", () => {
    const probe = new Probe();
    probe.send("n1", "n2", "old");
    probe.world.crash("n2", "nothing-lost");
    probe.world.restart("n2");
    probe.send("n1", "n2", "new");
    expect(probe.until(9_000).length).toBe(2);
    expect(broken(probe, model({ channels: "fifo" }))).toEqual([]);
  });

  it("is a request that is lost after stabilization, unless its node is down", () => {
    const probe = new Probe();
    probe.world.stabilize();
    probe.world.cut("c", [
      { from: "clients", to: "n1" },
      { from: "clients", to: "n2" },
    ]);
    probe.world.crash("n2", "nothing-lost");
    for (const node of ["n1", "n2"]) probe.world.request(1, node, {}, () => undefined);
    expect(broken(probe, model())).toEqual(["liveness: no loss ×1"]);
  });

  it("is a network that promises no bound, where one is assumed", () => {
    const [told] = new Probe().world.brokenAssumptions(model({ timing: "synchronous" }));
    expect(told).toMatchObject({ assumption: "delay bound", concerns: "safety" });
  });

  it("is a message that overtakes, comes twice or is missing, in a channel", () => {
    const delays = [3000, 1000, 1000];
    const choices = {
      stream: () => ({
        choose: (_: number, label: string) => (label === "delay" ? (delays.shift() ?? 0) : 0),
      }),
    };
    const probe = new Probe({
      choices,
      settings: { network: { delay: { kind: "uniform", from: 0, to: 9000 } } },
    });
    for (let i = 0; i < 3; i++) probe.send("n1", "n2", i);
    probe.until(99_000);
    // Number 1 comes first, before number 0, which then comes late.
    expect(broken(probe, model({ channels: "fifo" }))).toEqual(["safety: fifo channels ×2"]);
    expect(broken(probe, model())).toEqual([]);
  });

  it("is a reset of a channel, but not the crash of its receiver", () => {
    const settings = { network: { channels: "fifo" } } as const;
    for (const [act, expected] of [
      [(probe: Probe) => probe.world.disturb("r", { kind: "reset" }, [{ from: "n1", to: "n2" }]), 1],
      [(probe: Probe) => probe.world.crash("n2", "nothing-lost"), 0],
    ] as const) {
      const probe = new Probe({ settings });
      probe.send("n1", "n2", 1);
      act(probe);
      probe.world.undisturb("r");
      probe.world.restart("n2");
      probe.send("n1", "n2", 2);
      probe.until(9_000);
      expect(broken(probe, model({ channels: "fifo" })).length).toBe(expected);
    }
  });

  it("is a crash, a restart or amnesia of nodes that do not do that", () => {
    const probe = new Probe();
    probe.world.crash("n1", "unsynced-lost");
    expect(broken(probe, model({ failures: "none" }))).toEqual(["safety: failures ×1"]);
    expect(broken(probe, model({ failures: "crash-stop" }))).toEqual([]);
    probe.world.restart("n1");
    expect(broken(probe, model({ failures: "crash-stop" }))).toEqual(["safety: failures ×1"]);
    expect(broken(probe, model())).toEqual([]);
    probe.world.crash("n1", "amnesia");
    expect(broken(probe, model())).toEqual(["safety: failures ×1"]);
  });

  it("is too many nodes that are down, stopped or cut off, as far as progress goes", () => {
    const probe = new Probe({ nodes: ["n1", "n2", "n3", "n4", "n5"] });
    probe.world.crash("n1", "nothing-lost");
    probe.world.pause("n2");
    expect(broken(probe, model())).toEqual([]);
    probe.world.cut("c", isolate("n3", probe.world.nodes));
    expect(broken(probe, model())).toEqual(["liveness: failures ×1"]);
  });

  it("is a clock that a node saw off by more than the bound", () => {
    const probe = new Probe();
    probe.world.setClock("n1", -80, 1);
    expect(broken(probe, model({ clockBound: 50 }))).toEqual([]);
    probe.act("n1", (node) => node.now());
    expect(broken(probe, model({ clockBound: 50 }))).toEqual(["safety: clock bound ×1"]);
    expect(broken(probe, model({ clockBound: 80 }))).toEqual([]);
  });
});

describe("a network that breaks its own promise is found out", () => {
  /** Delivers at twice the bound once it is stable. */
  class TwiceTheBound extends Network {
    override stabilize(core: ReadonlySet<number>): void {
      super.stabilize(core);
      for (const from of core) {
        for (const to of core) {
          const { bound } = this.parts.settings;
          const latency = { kind: "latency", milliseconds: bound / 1000, jitter: 0 } as const;
          this.link(from, to).disturbances.push(latency);
        }
      }
    }
  }

  /** Every third message is never put into the queue, and nobody is told. */
  class Forgetful extends Network {
    #sends = 0;

    override send(...given: Parameters<Network["send"]>): void {
      super.send(...given);
      const { queue } = this.parts;
      if (this.#sends++ % 3 !== 1) return;
      const slot = queue.slotsOf(eventKinds.message).at(-1);
      if (slot === undefined) return;
      queue.remove(slot);
      queue.free(slot);
    }
  }

  it("when it delivers at GST + 2Δ", () => {
    const settings = {
      network: {
        timing: "partially-synchronous",
        bound: 1_000,
        delay: { kind: "constant", microseconds: 900 },
      },
    } as const;
    for (const [makeNetwork, expected] of [
      [(parts: NetworkParts) => new Network(parts), []],
      [(parts: NetworkParts) => new TwiceTheBound(parts), ["liveness: delay bound ×1"]],
    ] as const) {
      const probe = new Probe({ settings, makeNetwork });
      probe.world.stabilize();
      probe.send("n1", "n2", 1);
      probe.until(9_000);
      expect(broken(probe, model({ timing: "partially-synchronous" }))).toEqual(expected);
    }
  });

  it("when it drops a message in silence", () => {
    const makeNetwork = (parts: NetworkParts): Network => new Forgetful(parts);
    const probe = new Probe({ makeNetwork });
    for (let i = 0; i < 3; i++) probe.send("n1", "n2", i);
    expect(probe.until(9_000).length).toBe(2);
    expect(broken(probe, model())).toEqual(["safety: eventual delivery ×1"]);
  });
});

describe("rounds in lock-step", () => {
  /**
   * Nodes that start up to Δ apart each begin a round every `length` milliseconds by their own count and tell the
   * others its number; how often a number came after its round had ended, and what the world says of itself.
   */
  const late = (length: number): { late: number; broken: string[] } => {
    const rounds = new Map<string, number>();
    let count = 0;
    const skewed = (name: string): number => (name === "node n2" ? 1_000 : 0);
    const probe = new Probe({
      settings: { ...synchronous, startWithin: 1_000 },
      choices: { stream: (name) => ({ choose: (_, label) => (label === "start" ? skewed(name) : 0) }) },
      behaviour: {
        start: (node) => {
          rounds.set(node.id, -1);
          node.setTimer("round", 0);
        },
        timer: (node) => {
          const round = (rounds.get(node.id) ?? 0) + 1;
          rounds.set(node.id, round);
          for (const to of node.nodes) if (to !== node.id) node.send(to, { x: round });
          if (round < 5) node.setTimer("round", length);
        },
        message: (node, _, { x }) => {
          if ((rounds.get(node.id) ?? 0) > Number(x)) count++;
        },
      },
    });
    probe.until(1e6);
    return { late: count, broken: broken(probe, model({ timing: "synchronous" })) };
  };

  it("of Δ alone are too short for nodes that start Δ apart, and the world is not to blame", () => {
    const { late: missed, broken: told } = late(1);
    expect(missed).toBeGreaterThan(0);
    expect(told).toEqual([]);
  });

  it("of 2Δ and a little are long enough", () => {
    expect(late(2.001)).toEqual({ late: 0, broken: [] });
  });
});

describe("the largest group", () => {
  it("is the largest set of which any two are connected", () => {
    const pairs = fc.array(fc.boolean(), { minLength: 28, maxLength: 28 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8 }), pairs, (size, edges) => {
        const connected = (a: number, b: number): boolean =>
          edges[(Math.max(a, b) * (Math.max(a, b) - 1)) / 2 + Math.min(a, b)] === true;
        const members = Array.from({ length: size }, (_, i) => i);
        let best = 0;
        for (let set = 0; set < 2 ** size; set++) {
          const chosen = members.filter((i) => (set >> i) % 2 === 1);
          if (chosen.every((a) => chosen.every((b) => a === b || connected(a, b))))
            best = Math.max(best, chosen.length);
        }
        expect(largestGroup(members, connected)).toBe(best);
      }),
    );
  });
});
