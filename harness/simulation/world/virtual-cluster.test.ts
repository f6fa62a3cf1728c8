import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { TraceEvent, VectorClock } from "../../../histories/trace.ts";
import { ExhaustiveChoices } from "../choices/exhaustive-choices.ts";
import { RandomChoices } from "../choices/random-choices.ts";
import { RecordedChoices } from "../choices/recorded-choices.ts";
import { ReplayedChoices } from "../choices/replayed-choices.ts";
import type { ChoiceStreams } from "../choices.ts";
import { paxosTraffic } from "../testing/paxos-traffic.ts";
import { Probe, probe as protocolOf } from "../testing/probe.ts";
import type { SystemModel } from "../../../systems/contracts/protocol.ts";
import { VirtualCluster } from "./virtual-cluster.ts";

const lossy = {
  network: {
    loss: 20,
    duplication: 20,
    stragglers: { permille: 20, delay: { kind: "uniform", from: 10_000, to: 200_000 } as const },
  },
};

/** The trace of a run of Paxos under faults, as one hash, and what clients were told. */
function run(choices: ChoiceStreams): { hash: string; answers: string; ok: number; events: number } {
  const hash = createHash("sha256");
  const sink = (event: TraceEvent): void => void hash.update(JSON.stringify(event));
  const { world, answers } = paxosTraffic(choices, { settings: lossy, trace: { sink, clocks: true } });
  world.runTo(2_000_000);
  const ok = answers.filter((answer) => typeof answer !== "string" && answer["type"] !== "error").length;
  return { hash: hash.digest("hex"), answers: JSON.stringify(answers), ok, events: world.events };
}

describe("a simulated cluster", () => {
  it("does the same for the same seed, and something else for another", () => {
    const first = run(new RandomChoices(7));
    expect(run(new RandomChoices(7))).toEqual(first);
    expect(run(new RandomChoices(8)).hash).not.toBe(first.hash);
    expect(first.ok).toBeGreaterThan(100);
  });

  it("does the same again from a record of its choices", () => {
    const recorded = new RecordedChoices(new RandomChoices(11));
    const first = run(recorded);
    const replayed = new ReplayedChoices(recorded.record(), { strict: true });
    expect(run(replayed)).toEqual(first);
    expect(replayed.exact()).toBe(true);
  });

  it("tells a trace whose vector clocks are those of what happened before", () => {
    const events: TraceEvent[] = [];
    const trace = { sink: (event: TraceEvent): void => void events.push(event), clocks: true };
    // Second copies that may well come before the first.
    const doubled = {
      duplication: 300,
      stragglers: { permille: 0, delay: { kind: "uniform", from: 0, to: 9_000 } },
    } as const;
    paxosTraffic(new RandomChoices(5), { settings: { network: doubled }, trace }).world.runTo(300_000);
    const own = new Map<string, VectorClock>();
    const sent = new Map<number, VectorClock>();
    for (const { node, clock = {}, ...event } of events) {
      const before = [own.get(node) ?? {}];
      if (event.kind === "send") sent.set(event.message, clock);
      if (event.kind === "receive") before.push(sent.get(event.message) ?? { nobody: 1 });
      const expected: Record<string, number> = {};
      for (const past of before) {
        for (const [other, count] of Object.entries(past)) {
          expected[other] = Math.max(expected[other] ?? 0, count);
        }
      }
      expected[node] = (expected[node] ?? 0) + 1;
      expect(clock).toEqual(expected);
      own.set(node, clock);
    }
    expect(events.length).toBeGreaterThan(1_000);
  });

  it("can be run through all that may happen: every order of messages, every loss", () => {
    const choices = new ExhaustiveChoices();
    const outcomes = new Set<string>();
    do {
      const probe = new Probe({
        choices,
        nodes: ["n1", "n2"],
        settings: {
          network: { loss: 500, delay: { kind: "uniform", from: 1_000, to: 1_001 } },
        },
      });
      probe.send("n1", "n2", "a");
      probe.send("n1", "n2", "b");
      outcomes.add(
        probe
          .until(9_000)
          .map((line) => line.replace(/^\d+ n2: (.) from n1$/, "$1"))
          .join(""),
      );
    } while (choices.next());
    // Two messages, each lost or not and with one of two delays.
    expect(choices.runs).toBe(16);
    expect([...outcomes].toSorted()).toEqual(["", "a", "ab", "b", "ba"]);
  });

  /** In how many orders the messages of two senders came to a third, in many runs. */
  function ordersOf(ties: number, channels: "any" | "fifo"): Set<string> {
    const orders = new Set<string>();
    for (let seed = 1; seed <= 400; seed++) {
      const order: string[] = [];
      const protocol = protocolOf({
        start: (node) => {
          for (const number of [1, 2]) if (node.id !== "n1") node.send("n1", { number });
        },
        message: (_, from, { number }) => void order.push(`${from}:${Number(number)}`),
      });
      const delay = { kind: "constant", microseconds: 100 } as const;
      const world = new VirtualCluster({
        protocol,
        nodes: ["n1", "n2", "n3"],
        choices: new RandomChoices(seed),
        settings: { ties, network: { channels, delay } },
      });
      world.runTo(10_000);
      orders.add(order.join(" "));
    }
    return orders;
  }

  it("lets chance order what comes at once, where it is to, and keeps channels in order", () => {
    expect(ordersOf(0, "any").size).toBe(1);
    expect(ordersOf(1_000, "any").size).toBe(24);
    const inOrder = ordersOf(1_000, "fifo");
    expect(inOrder.size).toBe(6);
    for (const order of inOrder) {
      expect(order.indexOf("n2:1")).toBeLessThan(order.indexOf("n2:2"));
      expect(order.indexOf("n3:1")).toBeLessThan(order.indexOf("n3:2"));
    }
  });

  it("lets timers and messages that come at once come in either order, and neither before its time", () => {
    const orders = new Set<string>();
    for (let seed = 1; seed <= 20; seed++) {
      const order: string[] = [];
      const protocol = protocolOf({
        start: (node) => (node.id === "n1" ? node.setTimer("ring", 1.5) : node.send("n1", {})),
        message: () => void order.push("message"),
        timer: () => void order.push("timer"),
      });
      const world = new VirtualCluster({
        protocol,
        nodes: ["n1", "n2"],
        choices: new RandomChoices(seed),
        settings: { ties: 5_000, network: { delay: { kind: "constant", microseconds: 4_000 } } },
      });
      world.runTo(4_999);
      expect(order).toEqual([]);
      world.runTo(5_000);
      orders.add(order.join(" "));
    }
    expect([...orders].toSorted()).toEqual(["message timer", "timer message"]);
  });

  it("keeps the bound all the same", () => {
    const protocol = protocolOf({
      start: (node) => node.setTimer("again", 1),
      timer(node) {
        for (const other of node.nodes) node.send(other, {});
        node.setTimer("again", 1);
      },
    });
    const delay = { kind: "uniform", from: 100, to: 20_000 } as const;
    const world = new VirtualCluster({
      protocol,
      nodes: ["n1", "n2", "n3"],
      choices: new RandomChoices(3),
      settings: { ties: 15_000, network: { timing: "synchronous", bound: 20_000, delay } },
    });
    world.runTo(500_000);
    expect(world.brokenAssumptions({ ...anyModel, timing: "synchronous" })).toEqual([]);
  });
});

const anyModel: SystemModel = {
  timing: "asynchronous",
  channels: "any",
  failures: "crash-recovery",
  tolerated: () => 2,
};
