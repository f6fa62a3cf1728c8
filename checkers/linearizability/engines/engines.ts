import type { Decision, Engine, Limits, Problem } from "./engine.ts";
import { collectionsEngine } from "./collections/collections-engine.ts";
import { frontierEngine } from "./frontier/engine.ts";
import { knownOrder } from "./known-order/known-order.ts";
import { searchEngine } from "./search-engine.ts";
import { zonesEngine } from "./zones/zones-engine.ts";

/** Every engine, cheapest first; the last decides anything. */
export const engines: readonly Engine[] = [
  knownOrder,
  zonesEngine,
  collectionsEngine,
  frontierEngine,
  searchEngine,
];

export interface Decided {
  readonly engine: string;
  readonly decision: Decision;
}

/** Decides a problem by the first engine of its class. An engine whose budget ended leaves it to no other. */
export function decide(problem: Problem, limits: Limits, among: readonly Engine[] = engines): Decided {
  for (const engine of among) {
    const decision = engine.decide(problem, limits);
    if (decision !== undefined) return { engine: engine.name, decision };
  }
  throw new Error("no engine of this class");
}
