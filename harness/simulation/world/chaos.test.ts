import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../histories/json.ts";
import type { NodeId, SystemModel } from "../../../systems/contracts/protocol.ts";
import { RandomChoices } from "../choices/random-choices.ts";
import { busy, healAll, nodes, strike } from "../testing/chaos.ts";
import { probe } from "../testing/probe.ts";
import type { EventQueue } from "./event-queue.ts";
import { Network } from "./network.ts";
import { VirtualCluster } from "./virtual-cluster.ts";

const model: SystemModel = {
  timing: "asynchronous",
  channels: "any",
  failures: "crash-recovery",
  tolerated: () => 1,
};

describe("whatever strikes it, a world", () => {
  it("lets every message come to an end, loses no slot, and ends at rest", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom("any" as const, "fifo" as const), (seed, channels) => {
        const choices = new RandomChoices(seed);
        const random = choices.stream("strikes");
        let stopped = false;
        let queue: EventQueue | undefined;
        const world = new VirtualCluster({
          protocol: busy(() => stopped),
          nodes,
          choices,
          settings: { network: { channels, loss: 50, duplication: 50 }, storage: { backgroundSync: 100 } },
          makeNetwork: (parts) => {
            queue = parts.queue;
            return new Network(parts);
          },
        });
        let open = 0;
        for (let i = 0; i < 200; i++) {
          strike(world, random);
          world.request(i, nodes[i % nodes.length] ?? "n1", { type: "x" }, () => open--);
          open++;
          world.runTo(world.now() + random.choose(3_000, "pause"));
        }
        const vanished = (): unknown =>
          world.brokenAssumptions(model).find(({ assumption }) => assumption === "eventual delivery");
        expect(vanished()).toBeUndefined();
        stopped = true;
        healAll(world);
        world.runTo(world.now() + 10_000_000);
        expect(vanished()).toBeUndefined();
        expect(queue?.length).toBe(0);
        expect(queue?.inUse).toBe(0);
        expect(world.step()).toBe(false);
        expect(open).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 150 },
    );
  });
});

describe("what a node has said after a sync", () => {
  /**
   * Each node writes growing numbers, now and then syncs, and sends the number up to which it has synced. Whoever
   * hears of a number checks, when the sender comes back from a crash, that it is still there.
   */
  const forgotten = (seed: number, forgetful: boolean): { heard: number; lost: string[] } => {
    const choices = new RandomChoices(seed);
    const random = choices.stream("strikes");
    const written = new Map<NodeId, number>();
    const heard = new Map<NodeId, number>();
    const lost: string[] = [];
    let count = 0;
    const protocol = probe({
      start: (node, durable) => {
        const kept = Number(durable.get("number") ?? 0);
        if (kept < (heard.get(node.id) ?? 0)) lost.push(`${node.id} kept ${kept} of ${heard.get(node.id)}`);
        written.set(node.id, kept);
        node.setTimer("write", 1);
      },
      timer: (node) => {
        node.setTimer("write", 1 + node.random(4));
        for (let i = node.random(3); i >= 0; i--) {
          const number = (written.get(node.id) ?? 0) + 1;
          written.set(node.id, number);
          node.persist("number", number);
          if (node.random(2) === 0) continue;
          if (!forgetful) node.sync();
          for (const to of node.nodes) if (to !== node.id) node.send(to, { number });
          // What comes after the message may be lost.
          if (node.random(2) === 0) node.persist("number", number + 1);
          if (node.random(2) === 0) written.set(node.id, number + 1);
        }
      },
      message: (_, from, { number }: JsonObject) => {
        count++;
        heard.set(from, Math.max(heard.get(from) ?? 0, Number(number)));
      },
    });
    const world = new VirtualCluster({ protocol, nodes, choices });
    for (let i = 0; i < 150; i++) {
      const node = nodes[random.choose(nodes.length, "node")] ?? "n1";
      const synced = random.choose(2, "synced") === 1;
      if (random.choose(2, "how") === 0) world.crash(node, "unsynced-lost");
      else world.crashAtBarrier(node, synced, undefined, 1 + random.choose(5, "nth"));
      world.runTo(world.now() + random.choose(9_000, "pause"));
      world.restart(node);
      world.runTo(world.now() + random.choose(9_000, "pause"));
    }
    return { heard: count, lost };
  };

  it("is never forgotten, however it crashes; without the sync it is", () => {
    for (let seed = 1; seed <= 15; seed++) {
      const careful = forgotten(seed, false);
      expect(careful.lost).toEqual([]);
      expect(careful.heard).toBeGreaterThan(100);
      expect(forgotten(seed, true).lost.length).toBeGreaterThan(0);
    }
  });
});
