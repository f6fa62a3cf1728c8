import { RunError } from "../../histories/errors.ts";
import { isJsonArray, type Json } from "../../histories/json.ts";
import type { Completion } from "../../systems/contracts/client.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { Generator } from "../../workloads/generators/generator.ts";
import { any, sequence, sleep, type PlanFunction } from "../../workloads/index.ts";
import { carryOut } from "./carry-out.ts";
import type { FaultWorld } from "./fault-world.ts";
import {
  NothingToHit,
  type Drawing,
  type FaultPackage,
  type FaultProposal,
  type RealPackage,
} from "./packages/fault-package.ts";

/**
 * The schedule of a run's faults: each package starts and stops in turn, and all of them side by side, so
 * that faults overlap. A fault lasts a half to one and a half of `interval` (nanoseconds), so that none is
 * over before it can be felt; between two of a kind is as long a pause, and longer the more kinds there are,
 * so that the system has times in which it can serve, and something can be seen.
 */
export function faultSchedule(
  packages: readonly Pick<FaultPackage<string, unknown>, "start" | "stop">[],
  nodes: readonly NodeId[],
  interval: number,
  limits: Omit<Drawing, "random"> = {},
): Generator {
  const rest = interval * Math.max(1, packages.length / 2);
  return any(
    ...packages.map((each): PlanFunction => (context, count) => {
      const around = (mean: number): number =>
        Math.round(mean / 2) + context.random.int(Math.round(mean) + 1);
      if (count % 2 === 1) return [sleep(around(interval)), each.stop];
      // The first ones are spread, from early on.
      const pause =
        count === 0 ? Math.round(interval / 2) + context.random.int(Math.round(rest)) : around(rest);
      return [sleep(pause), each.start({ ...limits, random: context.random }, nodes)];
    }),
  );
}

/**
 * What ends all faults: every package's stop, paused nodes first, since what is paused cannot be talked to, and changes of members last, since
 * those have to agree on who comes back.
 */
export function finalHealing(packages: readonly RealPackage[]): Generator {
  const order = ({ kind }: RealPackage): number =>
    kind === "pause" ? 0 : kind === "clock" ? 1 : kind === "membership" ? 3 : 2;
  return sequence(...packages.toSorted((a, b) => order(a) - order(b)).map((each) => each.stop));
}

/** What follows the final healing: the nodes are waited for, until all serve again. */
export const recovery: FaultProposal = { f: "recover", value: null };

const nothingToHit = "nothing-to-hit";

/** Whether an operation's error says that its targets were down or paused already, which is no mishap. */
export function isNothingToHit(error: Json): boolean {
  return isJsonArray(error) && error[0] === nothingToHit;
}

/** Carries out the fault operations of `packages` in a world. */
export class Nemesis {
  readonly #world: FaultWorld;
  readonly #packages = new Map<string, RealPackage>();
  readonly #active = new Set<string>();

  constructor(world: FaultWorld, packages: readonly RealPackage[]) {
    this.#world = world;
    for (const each of packages) {
      for (const f of [...each.band.start, ...each.band.stop]) this.#packages.set(f, each);
    }
  }

  /** Names of the faults that are in force, for the progress line. */
  get active(): readonly string[] {
    return [...this.#active];
  }

  /**
   * Carries out one operation. Always `info`, as a fault is never part of what the system promised; with
   * an error when the fault was not applied or not undone, so that it is not shown as if it had been.
   * Throws a `RunError` only, when faults cannot be applied any more.
   */
  async perform(f: string, value: Json): Promise<Completion> {
    const chosen = this.#packages.get(f);
    if (chosen === undefined && f !== recovery.f) throw new Error(`no nemesis knows ${f}`);
    try {
      if (chosen === undefined) return { type: "info", value: await this.#world.recover() };
      const done = await carryOut(chosen.perform(this.#world, { f, value }), this.#world);
      if (chosen.band.start.includes(f)) this.#active.add(chosen.kind);
      else this.#active.delete(chosen.kind);
      return { type: "info", value: done };
    } catch (error) {
      return notApplied(error);
    }
  }
}

/** What is recorded of a fault that was not applied; throws again what says that none can be applied any more. */
export function notApplied(error: unknown): Completion {
  if (error instanceof RunError) throw error;
  if (error instanceof NothingToHit) return { type: "info", error: [nothingToHit, error.message] };
  return { type: "info", error: error instanceof Error ? error.message : String(error) };
}
