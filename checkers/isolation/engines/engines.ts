import type { IsolationEngine } from "../decision.ts";
import { knownOrder } from "./known-order/known-order.ts";
import { saturationEngine } from "./saturation/saturation-engine.ts";
import { solverEngine } from "./solver/solver-engine.ts";

/** The engines in the order in which they are asked: the one of the narrowest class first. */
export const isolationEngines: readonly IsolationEngine[] = [knownOrder, saturationEngine, solverEngine];
