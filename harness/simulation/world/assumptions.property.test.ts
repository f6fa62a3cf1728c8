import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TraceEvent } from "../../../histories/trace.ts";
import type { SystemModel } from "../../../systems/contracts/protocol.ts";
import { RandomChoices } from "../choices/random-choices.ts";
import { busy, healAll, nodes, strike } from "../testing/chaos.ts";
import type { BrokenAssumption } from "./broken-assumption.ts";
import type { NetworkSettings } from "./settings.ts";
import { VirtualCluster } from "./virtual-cluster.ts";

const bound = 6_000;
const strictest: SystemModel = {
  timing: "synchronous",
  channels: "fifo",
  failures: "crash-recovery",
  tolerated: () => 1,
};

interface Told {
  readonly late: number;
  readonly lost: number;
  readonly disorder: boolean;
}

/** What the world says of itself. */
function told(broken: readonly BrokenAssumption[]): Told {
  // Not being set to be synchronous is a breach as well, but none of a message.
  const ofMessages = broken.filter(({ explanation }) => explanation.includes("message"));
  const count = (assumption: BrokenAssumption["assumption"]): number =>
    ofMessages.find((each) => each.assumption === assumption)?.count ?? 0;
  return { late: count("delay bound"), lost: count("no loss"), disorder: count("fifo channels") > 0 };
}

/** The same from the trace alone, by definition. */
function fromTrace(trace: readonly TraceEvent[]): Told {
  const sent = new Map<number, { time: number; from: string; to: string; place: number; life: number }>();
  const up = new Set<string>();
  const lives = new Map<string, number>();
  /** By link and life of the receiver: the places of messages among those sent, in the order of arrival. */
  const arrivals = new Map<string, number[]>();
  const sends = new Map<string, number>();
  let late = 0;
  let lost = 0;
  for (const event of trace) {
    const { node, time } = event;
    switch (event.kind) {
      case "start":
      case "restart":
        up.add(node);
        lives.set(node, (lives.get(node) ?? 0) + 1);
        break;
      case "crash":
        up.delete(node);
        break;
      case "send": {
        const life = lives.get(event.to) ?? 1;
        // Places are counted anew for each life of the receiver: whom it was sent to.
        const channel = `${node} ${event.to} ${life}${up.has(event.to) || !lives.has(event.to) ? "" : " over"}`;
        const place = sends.get(channel) ?? 0;
        sends.set(channel, place + 1);
        sent.set(event.message, { time, from: node, to: event.to, place, life });
        break;
      }
      case "receive": {
        const message = sent.get(event.message);
        if (message === undefined || message.from === message.to) break;
        if (time - message.time > bound * 1000) late++;
        if (message.life !== lives.get(node)) break;
        const channel = `${message.from} ${node} ${message.life}`;
        arrivals.set(channel, [...(arrivals.get(channel) ?? []), message.place]);
        break;
      }
      case "lose": {
        const message = sent.get(event.message);
        const both = message !== undefined && up.has(message.from) && up.has(message.to);
        if (event.reason !== "down" && both) lost++;
        break;
      }
      default:
        break;
    }
  }
  const disorder = [...arrivals.values()].some((places) => places.some((place, i) => place !== i));
  return { late, lost, disorder };
}

/** A run in which something strikes now and then; what the world told at its end, and its trace. */
function run(seed: number, network: Partial<NetworkSettings>, strikes: number): { told: Told; traced: Told } {
  const choices = new RandomChoices(seed);
  const random = choices.stream("strikes");
  const trace: TraceEvent[] = [];
  let stopped = false;
  const world = new VirtualCluster({
    protocol: busy(() => stopped),
    nodes,
    choices,
    settings: { network: { bound, delay: { kind: "uniform", from: 100, to: 5_900 }, ...network } },
    trace: { sink: (event) => void trace.push(event) },
  });
  for (let i = 0; i < 60; i++) {
    if (i % 10 < strikes) strike(world, random);
    world.request(i, nodes[i % nodes.length] ?? "n1", { type: "x" }, () => undefined);
    world.runTo(world.now() + random.choose(3_000, "pause"));
  }
  stopped = true;
  healAll(world);
  world.runTo(world.now() + 10_000_000);
  return { told: told(world.brokenAssumptions(strictest)), traced: fromTrace(trace) };
}

describe("what the world tells of its own promises", () => {
  it("is what its trace shows, whatever strikes it", () => {
    const seen = { late: 0, punctual: 0, lossy: 0, lossless: 0, ordered: 0, disordered: 0 };
    const timing = fc.constantFrom("synchronous" as const, "asynchronous" as const);
    const channels = fc.constantFrom("any" as const, "fifo" as const);
    const settings = fc.record({
      timing,
      channels,
      loss: fc.constantFrom(0, 20),
      duplication: fc.constantFrom(0, 20),
    });
    fc.assert(
      fc.property(fc.nat(), settings, fc.nat({ max: 2 }), (seed, network, strikes) => {
        const { told: said, traced } = run(seed, network, strikes);
        expect(said).toEqual(traced);
        seen[traced.late > 0 ? "late" : "punctual"]++;
        seen[traced.lost > 0 ? "lossy" : "lossless"]++;
        seen[traced.disorder ? "disordered" : "ordered"]++;
      }),
      { numRuns: 200 },
    );
    // Both sides of each were there to be told apart.
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(0);
  });
});
