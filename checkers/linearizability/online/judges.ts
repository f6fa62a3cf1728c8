import { Configurations } from "./configurations.ts";
import type { JudgeMaker } from "./observed-register.ts";

/** The judges of registers that go with a run, in the order in which they are believed. */
export const onlineJudges: readonly JudgeMaker[] = [() => new Configurations()];
