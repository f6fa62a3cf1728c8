export {
  runCampaign,
  type CampaignOptions,
  type CampaignProgress,
  type CampaignResult,
  type FailureGroup,
} from "./campaign/campaign.ts";
export { keepRun, replayFileName, traceFileName, type KeptRun } from "./campaign/keep.ts";
export { inquire, runSeed, type Finding, type SeedOutcome } from "./campaign/seed-run.ts";
export * from "./choices/index.ts";
export { replay, type ReplayOutcome } from "./replay/replay.ts";
export { parseReplay, readReplayFile, replayText, type ReplayFile } from "./replay/replay-file.ts";
export { keepScript } from "./scripts/keep-script.ts";
export { expectedOf, playScript, type PlayedScript } from "./scripts/played-script.ts";
export { runScript, type ScriptRun } from "./scripts/script-run.ts";
export type { Chance } from "./shared-memory/chances.ts";
export { planShared, sharedAlgorithm, type SharedPlan } from "./shared-memory/shared-plan.ts";
export { simulatedFaults, type SimulatedFault } from "./runs/fault-kinds.ts";
export { signatures, simulateRun, type Signature, type SimulatedRun } from "./runs/run.ts";
export { replayScenario, type Replayed, type Scenario } from "./runs/scenario.ts";
export {
  planSimulation,
  simulationDefaults,
  type SimulationRequest,
  type SimulationPlan,
} from "./runs/simulation-plan.ts";
export { shrink, type Shrunk, type Size } from "./shrinking/shrink.ts";
export type { SimulatedWorld } from "./simulated-world.ts";
export { VirtualCluster } from "./world/index.ts";
