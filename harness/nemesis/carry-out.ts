import { setTimeout as sleep } from "node:timers/promises";

import type { Json } from "../../histories/json.ts";
import { allDone } from "../all-done.ts";
import type { DiskFaults } from "./disk-faults.ts";
import type { RealEffect, Routine } from "./effect.ts";
import type { FaultWorld } from "./fault-world.ts";
import type { MembershipFaults } from "./membership-faults.ts";
import type { ResourceFaults } from "./resource-faults.ts";

/** Carries a routine out in a world whose effects take their time. */
export async function carryOut(routine: Routine<RealEffect>, world: FaultWorld): Promise<Json> {
  let step = routine.next([]);
  while (step.done !== true) {
    let results: readonly Json[];
    try {
      results = await allDone(step.value.map((effect) => carryOutOne(effect, world)));
    } catch (error) {
      step = routine.throw(error);
      continue;
    }
    step = routine.next(results);
  }
  return step.value;
}

/** Carries a routine out where every effect is done at once. */
export function carryOutAtOnce<Does>(routine: Routine<Does>, effect: (effect: Does) => Json): Json {
  let step = routine.next([]);
  while (step.done !== true) {
    let results: readonly Json[];
    try {
      results = step.value.map(effect);
    } catch (error) {
      step = routine.throw(error);
      continue;
    }
    step = routine.next(results);
  }
  return step.value;
}

async function carryOutOne(effect: RealEffect, world: FaultWorld): Promise<Json> {
  switch (effect.kind) {
    case "primaries":
      return world.primaries();
    case "promote":
      return world.promote(effect.candidates);
    case "cut":
      await world.cut(effect.name, effect.grudge);
      return null;
    case "disturb":
      await world.disturb(effect.name, effect.disturbance, effect.grudge);
      return null;
    case "undisturb":
      await world.undisturb(effect.name);
      return null;
    case "kill":
      await world.kill(effect.node);
      return "killed";
    case "terminate":
      return world.terminate(effect.node);
    case "restart":
      await world.restart(effect.node);
      return null;
    case "pause":
      await world.pause(effect.node);
      return "paused";
    case "resume":
      await world.resume(effect.node);
      return null;
    case "set-clock":
      await world.setClock(effect.node, effect.offset, effect.rate);
      return null;
    case "reset-clock":
      await world.resetClock(effect.node);
      return null;
    case "strobe-clock":
      if (world.strobeClock === undefined) throw new Error("clocks do not swing in this world");
      await world.strobeClock(effect.node, effect.swing, effect.period);
      return null;
    case "cut-power":
      await disksOf(world).cutPower(effect.node);
      return "cut off";
    case "cut-power-of-liar":
      return (await disksOf(world).cutPowerOfLiar(effect.node)) ? "cut off" : null;
    case "fill-disk":
      await disksOf(world).fill(effect.node);
      return "full";
    case "unfill-disk":
      await disksOf(world).unfill(effect.node);
      return null;
    case "disturb-disk":
      return disksOf(world).disturb(effect.node, effect.disturbance);
    case "undisturb-disk": {
      const hits = await disksOf(world).undisturb(effect.node, effect.disturbance);
      return hits === null ? null : hits === 1 ? "1 call hit" : `${hits} calls hit`;
    }
    case "kill-while-starting": {
      const starting = world.restart(effect.node).catch(() => undefined);
      await sleep(effect.milliseconds);
      await world.kill(effect.node);
      await starting;
      return "killed";
    }
    case "limit-cpu":
      await resourcesOf(world).limitCpu(effect.node, effect.share);
      return "limited";
    case "unlimit-cpu": {
      const waits = await resourcesOf(world).unlimitCpu(effect.node);
      return waits === null ? null : `had to wait ${waits} times`;
    }
    case "limit-memory":
      await resourcesOf(world).limitMemory(effect.node, effect.bytes);
      return "limited";
    case "unlimit-memory": {
      const reached = await resourcesOf(world).unlimitMemory(effect.node);
      return reached === null ? null : `reached its limit ${reached} times`;
    }
    case "kill-at-sync":
      return disksOf(world).killAtSync(effect.node, effect.sync, effect.power);
    case "damage-files":
      return disksOf(world).damage(effect.node, effect.damage);
    case "members":
      return membershipOf(world).list(effect.patience);
    case "dispensable":
      return membershipOf(world).dispensable(effect.node);
    case "take-out":
      await membershipOf(world).takeOut(effect.node);
      return "out";
    case "take-in":
      await membershipOf(world).takeIn(effect.node);
      return "in";
  }
}

function resourcesOf({ resources }: FaultWorld): ResourceFaults {
  if (resources === undefined) throw new Error("what nodes use cannot be limited in this run");
  return resources;
}

function membershipOf({ membership }: FaultWorld): MembershipFaults {
  if (membership === undefined) throw new Error("the members of this system do not change");
  return membership;
}

function disksOf({ disks }: FaultWorld): DiskFaults {
  if (disks === undefined) throw new Error("the nodes have no disks of their own in this run");
  return disks;
}
