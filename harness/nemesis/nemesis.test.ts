import { describe, expect, it } from "vitest";

import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { FaultWorld } from "./fault-world.ts";
import type { Grudge } from "./grudge.ts";
import { isNothingToHit, Nemesis } from "./nemesis.ts";
import { clock } from "./packages/clock.ts";
import { bandwidth, latency, reset, slowClose } from "./packages/disturbances.ts";
import { kill, pause } from "./packages/node-faults.ts";
import { seededRandom } from "../../workloads/random.ts";

/** A world in which nodes are merely said to be down or paused, and in which hitting some of them fails. */
class SaidWorld implements FaultWorld {
  readonly nodes: readonly NodeId[];
  readonly down = new Set<NodeId>();
  readonly stopped = new Set<NodeId>();
  readonly skewed = new Set<NodeId>();
  readonly disturbed = new Map<string, Grudge>();
  readonly unhittable: NodeId;

  constructor(nodes: readonly NodeId[], unhittable = "") {
    this.nodes = nodes;
    this.unhittable = unhittable;
  }

  alive = (node: NodeId): boolean => !this.down.has(node);
  paused = (node: NodeId): boolean => this.stopped.has(node);
  primaries = (): Promise<NodeId[]> => Promise.resolve([]);
  promote = ([first = ""]: readonly NodeId[]): Promise<NodeId> => Promise.resolve(first);
  cut = (name: string, grudge: Grudge): Promise<void> => this.disturb(name, undefined, grudge);
  disturb = (name: string, _how: unknown, grudge: Grudge): Promise<void> => {
    this.disturbed.set(name, grudge);
    return Promise.resolve();
  };
  undisturb = (name: string): Promise<void> => Promise.resolve(void this.disturbed.delete(name));
  kill = (node: NodeId): Promise<void> => this.#hit(this.down, node);
  terminate = async (node: NodeId): Promise<"ended"> => {
    await this.#hit(this.down, node);
    return "ended";
  };
  restart = (node: NodeId): Promise<void> => Promise.resolve(void this.down.delete(node));
  pause = (node: NodeId): Promise<void> => this.#hit(this.stopped, node);
  resume = (node: NodeId): Promise<void> => Promise.resolve(void this.stopped.delete(node));
  setClock = (node: NodeId): Promise<void> => this.#hit(this.skewed, node);
  resetClock = (node: NodeId): Promise<void> => Promise.resolve(void this.skewed.delete(node));
  recover = () => Promise.resolve({ waited: {} });
  verifyHealed = (): Promise<void> => Promise.resolve();

  /** Later than a failure, so that a failure that waits for nobody leaves something behind. */
  async #hit(into: Set<NodeId>, node: NodeId): Promise<void> {
    if (node === this.unhittable) throw new Error(`cannot hit ${node}`);
    await new Promise(setImmediate);
    into.add(node);
  }
}

const nodes = ["n1", "n2", "n3"];

describe("a nemesis", () => {
  it("tells whom it hit, and which fault is on until it is undone", async () => {
    const world = new SaidWorld(nodes);
    const nemesis = new Nemesis(world, [kill]);
    world.down.add("n2");
    const done = await nemesis.perform("kill", { nodes: ["n1", "n2"] });
    expect(done).toEqual({ type: "info", value: { n1: "killed" } });
    expect(nemesis.active).toEqual(["kill"]);
    expect(await nemesis.perform("restart", null)).toEqual({ type: "info", value: { nodes: ["n1", "n2"] } });
    expect(nemesis.active).toEqual([]);
  });

  it("does not report a fault as applied that hit nobody", async () => {
    const world = new SaidWorld(nodes);
    const nemesis = new Nemesis(world, [kill, pause]);
    world.down.add("n1");
    world.stopped.add("n2");
    for (const f of ["kill", "pause"]) {
      const done = await nemesis.perform(f, { nodes: ["n1", "n2"] });
      expect(done).toEqual({ type: "info", error: ["nothing-to-hit", "down or paused already: n1, n2"] });
      expect(isNothingToHit(done.error ?? null)).toBe(true);
    }
    expect(nemesis.active).toEqual([]);
  });

  it("leaves nothing of a fault behind that could not be applied whole", async () => {
    const world = new SaidWorld(nodes, "n2");
    const nemesis = new Nemesis(world, [kill, pause, clock]);
    for (const f of ["kill", "pause"]) {
      const done = await nemesis.perform(f, { nodes });
      expect(done).toEqual({ type: "info", error: "cannot hit n2" });
    }
    const skew = { offset: 16, rate: 1 };
    await nemesis.perform("skew-clock", { n1: skew, n2: skew, n3: skew });
    expect([...world.down, ...world.stopped, ...world.skewed]).toEqual([]);
    expect(nemesis.active).toEqual([]);
  });

  it.each([latency, bandwidth, slowClose, reset])(
    "disturbs the links of a single node to its clients by $kind, since it has no others",
    async (each) => {
      const world = new SaidWorld(["n1"]);
      const { f, value } = each.start({ random: seededRandom("1") }, world.nodes);
      await new Nemesis(world, [each]).perform(f, value);
      expect(world.disturbed.get(each.kind)).toEqual([
        { from: "n1", to: "clients" },
        { from: "clients", to: "n1" },
      ]);
    },
  );

  it("spares the clients of several nodes", async () => {
    const world = new SaidWorld(nodes);
    await new Nemesis(world, [reset]).perform("start-reset", { kind: "reset", nodes: ["n1"] });
    expect(world.disturbed.get("reset")?.map(({ from, to }) => `${from}>${to}`)).toEqual([
      "n1>n2",
      "n1>n3",
      "n2>n1",
      "n3>n1",
    ]);
  });
});
