import type { Choices } from "../choices.ts";
import type { VirtualCluster } from "../world/virtual-cluster.ts";
import { probe } from "./probe.ts";

export const nodes = ["n1", "n2", "n3", "n4"];

/** Something strikes the world, at random. */
export function strike(world: VirtualCluster, random: Choices): void {
  const node = nodes[random.choose(nodes.length, "node")] ?? "n1";
  const grudge = [
    { from: node, to: nodes[random.choose(nodes.length, "other")] ?? "n1" },
    { from: "clients", to: node },
    { from: node, to: "clients" },
  ].slice(random.choose(3, "links"));
  const name = `fault ${random.choose(4, "fault")}`;
  switch (random.choose(13, "strike")) {
    case 0:
      return world.cut(name, grudge);
    case 1:
      return world.hold(name, grudge);
    case 2:
      return world.disturb(name, { kind: "reset" }, grudge);
    case 3:
      return world.disturb(name, { kind: "latency", milliseconds: 3, jitter: 2 }, grudge);
    case 4:
      return world.disturb(name, { kind: "bandwidth", kilobytesPerSecond: 5 }, grudge);
    case 5:
    case 6:
      return world.undisturb(name);
    case 7:
      return void world.crash(
        node,
        (["unsynced-lost", "nothing-lost", "amnesia"] as const)[random.choose(3, "kind")] ?? "amnesia",
      );
    case 8:
      return world.crashAtBarrier(
        node,
        random.choose(2, "synced") === 1,
        undefined,
        1 + random.choose(3, "nth"),
      );
    case 9:
    case 10:
      return world.restart(node);
    case 11:
      return world.paused(node) ? world.resume(node) : world.pause(node);
    default:
      return world.slow(node, { kind: "uniform", from: 0, to: 2_000 * random.choose(2, "slow") });
  }
}

export function healAll(world: VirtualCluster): void {
  for (let fault = 0; fault < 4; fault++) world.undisturb(`fault ${fault}`);
  for (const node of nodes) {
    world.restart(node);
    world.resume(node);
    world.slow(node, { kind: "constant", microseconds: 0 });
  }
}

/** Nodes that persist, sync, gossip and set timers at random, until told to stop. */
export function busy(stopped: () => boolean): ReturnType<typeof probe> {
  type Node = Parameters<NonNullable<Parameters<typeof probe>[0]["start"]>>[0];
  const act = (node: Node): void => {
    if (stopped()) return;
    for (let i = node.random(4); i > 0; i--) {
      const what = node.random(6);
      if (what === 0) node.persist(`k${node.random(3)}`, node.now());
      else if (what === 1) node.sync();
      else if (what === 2) node.setTimer(`t${node.random(3)}`, 1 + node.random(20));
      else if (what === 3) node.cancelTimer(`t${node.random(3)}`);
      else node.send(node.nodes[node.random(node.nodes.length)] ?? node.id, { x: i });
    }
  };
  return probe({
    start: act,
    message: act,
    timer: act,
    request: (node, id) => {
      act(node);
      if (node.random(4) > 0) node.reply(id, { type: "ok" });
    },
  });
}
