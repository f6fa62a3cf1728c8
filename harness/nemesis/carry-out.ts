import type { Json } from "../../histories/json.ts";
import { allDone } from "../all-done.ts";
import type { Effect, Routine } from "./effect.ts";
import type { FaultWorld } from "./fault-world.ts";

/** Carries a routine out in a world whose effects take their time. */
export async function carryOut(routine: Routine, world: FaultWorld): Promise<Json> {
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

async function carryOutOne(effect: Effect, world: FaultWorld): Promise<Json> {
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
  }
}
