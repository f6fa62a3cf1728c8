import { isJsonArray, type Json } from "../../histories/json.ts";
import type { Completion } from "../../systems/contracts/client.ts";
import type { NodeId, SystemModel } from "../../systems/contracts/protocol.ts";
import { carryOutAtOnce } from "../nemesis/carry-out.ts";
import { between, type Grudge } from "../nemesis/grudge.ts";
import { notApplied } from "../nemesis/nemesis.ts";
import { commonPackages } from "../nemesis/packages/catalogue.ts";
import { member } from "../nemesis/packages/fault-values.ts";
import {
  simulatedPackages,
  type SimulatedEffect,
  type SimulatedPackage,
} from "../nemesis/packages/simulated-faults.ts";
import type { CrashKind, SimulatedWorld } from "./simulated-world.ts";
import type { Delay } from "./world/delay.ts";

/** The operations with which the nemesis of a simulated run ends its faults: for a quorum, and then for all. */
export const stabilizeF = "stabilize";
export const healF = "heal";

/**
 * What becomes of a node outside the quorum from the stabilization on: it stays as it was, or it is down, paused, cut
 * off, does not hear the others, or is not heard by them.
 */
export const fates = ["left", "down", "paused", "cut", "deaf", "mute"] as const;
export type Fate = (typeof fates)[number];

/** Who asks for other members: none of the clients. */
const operator = -1;

const packages: readonly SimulatedPackage[] = [...commonPackages, ...simulatedPackages];

/** What a simulated nemesis does beyond the world: tells of crashes, and of the moment of stabilization. */
export interface NemesisHooks {
  /** `lost`: something that was persisted was lost with it. */
  readonly crashed?: (node: NodeId, lost: boolean) => void;
  /** Called just before everything is healed. */
  readonly healing?: () => void;
}

/** Carries fault operations out in a simulated world, at once. */
export class SimulatedNemesis {
  readonly #world: SimulatedWorld;
  readonly #model: SystemModel;
  readonly #handling: Delay;
  readonly #hooks: NemesisHooks;

  /** @param handling How long nodes usually are at work on an event. */
  constructor(world: SimulatedWorld, model: SystemModel, handling: Delay, hooks: NemesisHooks = {}) {
    this.#world = world;
    this.#model = model;
    this.#handling = handling;
    this.#hooks = hooks;
  }

  /** Carries out one operation; always `info`, with an error when it was not carried out. */
  perform(f: string, value: Json): Completion {
    if (f === stabilizeF) return this.#stabilize(value);
    if (f === healF) return this.#heal();
    const chosen = packages.find(({ band }) => band.start.includes(f) || band.stop.includes(f));
    if (chosen === undefined) throw new Error(`no nemesis knows ${f}`);
    try {
      const routine = chosen.perform(this.#world, { f, value });
      return { type: "info", value: carryOutAtOnce(routine, (effect) => this.#do(effect)) };
    } catch (error) {
      return notApplied(error);
    }
  }

  #do(effect: SimulatedEffect): Json {
    const world = this.#world;
    switch (effect.kind) {
      case "primaries":
        return world.primaries();
      case "promote":
        throw new Error("simulated systems choose their leaders themselves");
      case "cut":
        world.cut(effect.name, effect.grudge);
        return null;
      case "hold":
        world.hold(effect.name, effect.grudge);
        return null;
      case "disturb":
        world.disturb(effect.name, effect.disturbance, effect.grudge);
        return null;
      case "undisturb":
        world.undisturb(effect.name);
        return null;
      case "kill":
        this.#crash(effect.node, "unsynced-lost");
        return "killed";
      case "terminate":
        this.#crash(effect.node, "nothing-lost");
        return "ended";
      case "forget":
        this.#crash(effect.node, "amnesia");
        return "forgot";
      case "crash-at-sync": {
        const { node, barriers, synced } = effect;
        const crashed = (): void => this.#hooks.crashed?.(node, !synced);
        world.crashAtBarrier(node, synced, crashed, barriers === 0 ? Infinity : barriers);
        return "waiting";
      }
      case "restart":
        world.restart(effect.node);
        return null;
      case "pause":
        world.pause(effect.node);
        return "paused";
      case "resume":
        world.resume(effect.node);
        return null;
      case "slow":
        world.slow(
          effect.node,
          effect.milliseconds === 0
            ? this.#handling
            : { kind: "uniform", from: 0, to: effect.milliseconds * 1000 },
        );
        return null;
      case "request":
        world.request(operator, effect.node, effect.body, () => undefined);
        return null;
      case "set-clock":
        world.setClock(effect.node, effect.offset, effect.rate);
        return null;
      case "reset-clock":
        world.resetClock(effect.node);
        return null;
    }
  }

  /** The quorum is healed and the network is kind to it; the rest is broken for good. */
  #stabilize(drawn: Json): Completion {
    const world = this.#world;
    const value = this.#withLiving(drawn);
    const core = coreOf(value, world.nodes);
    this.#endLinkFaults();
    const silent: Grudge[] = [];
    for (const node of world.nodes) {
      if (core.includes(node)) {
        this.#recover(node);
        continue;
      }
      const others = world.nodes.filter((other) => other !== node);
      switch (fateOf(value, node)) {
        case "left":
          break;
        case "down":
          if (world.alive(node)) this.#crash(node, "unsynced-lost");
          break;
        case "paused":
          if (world.alive(node)) world.pause(node);
          break;
        case "cut":
          silent.push(between([node], others));
          break;
        case "deaf":
          silent.push(others.map((from) => ({ from, to: node })));
          break;
        case "mute":
          silent.push(others.map((to) => ({ from: node, to })));
          break;
      }
    }
    world.cut(stabilizeF, silent.flat());
    world.stabilize(core);
    return { type: "info", value };
  }

  /** What was drawn, with others in the quorum in the place of nodes that stopped for good. */
  #withLiving(drawn: Json): Json {
    const { nodes } = this.#world;
    const core = coreOf(drawn, nodes);
    const gone = (node: NodeId): boolean => this.#model.failures === "crash-stop" && !this.#world.alive(node);
    if (!core.some(gone)) return drawn;
    const spare = nodes.filter((node) => !core.includes(node) && !gone(node));
    const living = [...core.filter((node) => !gone(node)), ...spare].slice(0, core.length);
    const rest = nodes.filter((node) => !living.includes(node));
    return {
      core: nodes.filter((node) => living.includes(node)),
      rest: Object.fromEntries(rest.map((node) => [node, gone(node) ? "down" : fateOf(drawn, node)])),
    };
  }

  #heal(): Completion {
    this.#hooks.healing?.();
    this.#endLinkFaults();
    this.#world.undisturb(stabilizeF);
    for (const node of this.#world.nodes) this.#recover(node);
    this.#world.stabilize();
    return { type: "info" };
  }

  #crash(node: NodeId, kind: CrashKind): void {
    const lost = this.#world.crash(node, kind);
    this.#hooks.crashed?.(node, lost);
  }

  #endLinkFaults(): void {
    for (const { kind } of packages) this.#world.undisturb(kind);
  }

  /** A node that stopped for good comes back in no model of such nodes. */
  #recover(node: NodeId): void {
    const world = this.#world;
    if (world.alive(node)) {
      world.crashAtBarrier(node, true, undefined, Infinity);
      world.resume(node);
    } else if (this.#model.failures !== "crash-stop") world.restart(node);
    world.resetClock(node);
    world.slow(node, this.#handling);
  }
}

/** The quorum that a stabilization heals. */
export function coreOf(value: Json, nodes: readonly NodeId[]): readonly NodeId[] {
  const core = member(value, "core");
  return isJsonArray(core) ? nodes.filter((node) => core.includes(node)) : nodes;
}

function fateOf(value: Json, node: NodeId): Fate {
  const fate = member(member(value, "rest"), node);
  return fates.find((known) => known === fate) ?? "left";
}
