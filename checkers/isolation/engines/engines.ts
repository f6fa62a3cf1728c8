import type { IsolationEngine } from "../decision.ts";
import { saturationEngine } from "./saturation/saturation-engine.ts";

/** The engines in the order in which they are asked: the one of the narrowest class first. */
export const isolationEngines: readonly IsolationEngine[] = [saturationEngine];
