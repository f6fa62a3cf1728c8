import { describe, expect, it } from "vitest";

import type { AnyProtocol, SystemModel } from "../../systems/contracts/protocol.ts";
import { seededRandom } from "../../workloads/random.ts";
import { RandomChoices } from "./choices/index.ts";
import { SimulatedNemesis } from "./nemesis.ts";
import { simulatedFaults } from "./runs/fault-kinds.ts";
import { usualSettings, VirtualCluster } from "./world/index.ts";

/** Every 10 ms each node tells all others that it is there; syncs before it does. */
const chatty: AnyProtocol = {
  name: "chatty",
  start(node) {
    node.setTimer("tick", 10);
    return {};
  },
  onMessage: () => undefined,
  onTimer(_state, _name, node) {
    node.persist("time", node.now());
    node.sync();
    for (const other of node.nodes) if (other !== node.id) node.send(other, { type: "here" });
    node.setTimer("tick", 10);
  },
  onRequest: () => undefined,
};

const recovering: SystemModel = {
  timing: "asynchronous",
  channels: "any",
  failures: "crash-recovery",
  tolerated: (nodes) => Math.floor((nodes - 1) / 2),
};
const nodes = ["n1", "n2", "n3"];

function setting(model = recovering) {
  let heard: string[] = [];
  const crashes: string[] = [];
  const asked: string[] = [];
  const world = new VirtualCluster({
    protocol: chatty,
    nodes,
    choices: new RandomChoices(1),
    trace: {
      sink: (event) => {
        if (event.kind === "receive") heard.push(`${event.from}>${event.node}`);
        if (event.kind === "request") asked.push(`${event.node} ${JSON.stringify(event.body)}`);
      },
    },
  });
  const nemesis = new SimulatedNemesis(world, model, usualSettings.handling, {
    crashed: (node, lost) => crashes.push(`${node} ${lost ? "lost" : "kept"}`),
  });
  world.runTo(1_000);
  /** The links along which something came within the next while. */
  const links = (): string[] => {
    world.runTo(world.now() + 30_000);
    heard = [];
    world.runTo(world.now() + 200_000);
    return [...new Set(heard)].toSorted();
  };
  return { world, nemesis, crashes, asked, links };
}

const all = ["n1>n2", "n1>n3", "n2>n1", "n2>n3", "n3>n1", "n3>n2"];

describe("a nemesis of simulated nodes", () => {
  const packages = simulatedFaults.flatMap((fault) => (fault.package === undefined ? [] : [fault.package]));

  it.each(packages.filter(({ kind }) => kind !== "stop"))("starts $kind as drawn, and undoes it", (each) => {
    const { stop } = each;
    for (let seed = 0; seed < 10; seed++) {
      const { world, nemesis, links } = setting();
      const { f, value } = each.start({ random: seededRandom(seed) }, nodes);
      expect(nemesis.perform(f, value)).toMatchObject({ type: "info" });
      expect(nemesis.perform(f, value)).toMatchObject({ type: "info" });
      world.runTo(world.now() + 100_000);
      expect(nemesis.perform(stop.f, stop.value)).not.toHaveProperty("error");
      expect(links()).toEqual(all);
    }
  });

  it("stops no more nodes for good than the protocol bears", () => {
    const stopping = packages.find(({ kind }) => kind === "stop");
    for (let seed = 0; seed < 10; seed++) {
      const { world, nemesis } = setting({ ...recovering, failures: "crash-stop" });
      for (let i = 0; i < 5; i++) {
        const drawn = stopping?.start({ random: seededRandom(seed * 10 + i), tolerated: 1 }, nodes);
        if (drawn !== undefined) nemesis.perform(drawn.f, drawn.value);
      }
      expect(nodes.filter((node) => world.alive(node))).toHaveLength(2);
      nemesis.perform("heal", null);
      expect(nodes.filter((node) => world.alive(node))).toHaveLength(2);
    }
  });

  it("heals a quorum of nodes that did not stop for good", () => {
    const { nemesis, links } = setting({ ...recovering, failures: "crash-stop" });
    nemesis.perform("stop", { nodes: ["n1"], most: 1 });
    expect(nemesis.perform("stabilize", { core: ["n1", "n2"], rest: { n3: "cut" } })).toEqual({
      type: "info",
      value: { core: ["n2", "n3"], rest: { n1: "down" } },
    });
    expect(links()).toEqual(["n2>n3", "n3>n2"]);
  });

  it("says what it did, and that nobody was there to hit", () => {
    const { nemesis, crashes } = setting();
    expect(nemesis.perform("kill", { nodes: ["n2"] })).toEqual({ type: "info", value: { n2: "killed" } });
    expect(nemesis.perform("kill", { nodes: ["n2"] })).toEqual({
      type: "info",
      error: ["nothing-to-hit", "down or paused already: n2"],
    });
    expect(nemesis.perform("terminate", { nodes: ["n3"] })).toMatchObject({ value: { n3: "ended" } });
    expect(crashes).toEqual(["n2 kept", "n3 kept"]);
    nemesis.perform("forget", { nodes: ["n1"] });
    expect(crashes).toHaveLength(3);
  });

  it("crashes a node at a later sync, unless it is taken back", () => {
    const trap = { n1: { syncs: 2, synced: false } };
    const { world, nemesis, crashes } = setting();
    nemesis.perform("crash", trap);
    expect(world.alive("n1")).toBe(true);
    world.runTo(100_000);
    expect(world.alive("n1")).toBe(false);
    expect(crashes).toEqual(["n1 lost"]);
    nemesis.perform("recover", null);
    expect(world.alive("n1")).toBe(true);
    nemesis.perform("crash", trap);
    nemesis.perform("recover", null);
    world.runTo(200_000);
    expect(world.alive("n1")).toBe(true);
  });

  it("asks every node that is up for other members, and for all of them again", () => {
    const { world, nemesis, asked } = setting();
    nemesis.perform("kill", { nodes: ["n3"] });
    const body = (members: readonly string[]) => JSON.stringify({ type: "reconfigure", members });
    expect(nemesis.perform("change-members", { nodes: ["n2"] }).value).toEqual({ nodes: ["n2"] });
    world.runTo(100_000);
    const smaller = body(["n1", "n3"]);
    expect(asked.toSorted()).toEqual([`n1 ${smaller}`, `n2 ${smaller}`]);
    nemesis.perform("restore-members", null);
    world.runTo(200_000);
    expect(asked.slice(2).toSorted()).toEqual([`n1 ${body(nodes)}`, `n2 ${body(nodes)}`]);
    expect(nemesis.perform("change-members", { nodes }).error).toBeDefined();
  });

  it.each([
    ["left", all],
    ["down", ["n1>n2", "n2>n1"]],
    ["paused", ["n1>n2", "n2>n1"]],
    ["cut", ["n1>n2", "n2>n1"]],
    ["deaf", ["n1>n2", "n2>n1", "n3>n1", "n3>n2"]],
    ["mute", ["n1>n2", "n1>n3", "n2>n1", "n2>n3"]],
  ])("heals a quorum and leaves the rest %s, until everything is healed", (fate, expected) => {
    const { nemesis, links } = setting();
    nemesis.perform("kill", { nodes: ["n1"] });
    nemesis.perform("start-partition", { shape: "halves", grudge: [["n1", "n2"]] });
    nemesis.perform("stabilize", { core: ["n1", "n2"], rest: { n3: fate } });
    expect(links()).toEqual(expected);
    nemesis.perform("heal", null);
    expect(links()).toEqual(all);
  });
});
