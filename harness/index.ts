export { ClientPool } from "./client-pool.ts";
export { diagnose, unavailableFaults, type Diagnosis } from "./doctor.ts";
export { heal, type Healed, type HealReport } from "./heal.ts";
export { FaultJournal, journalDirectory, type JournalEntry, type JournalOwner } from "./journal.ts";
export { LocalWorld } from "./local/local-world.ts";
export type { FaultWorld, LinkDisturbance } from "./nemesis/fault-world.ts";
export {
  explore,
  type Counterexample,
  type Explored,
  type ExploreOptions,
  NetworkSystem,
  type NetworkOptions,
  SharedMemorySystem,
  type SharedMemoryOptions,
  stepsInWords,
  type TransitionSystem,
} from "./exploration/index.ts";
export * from "./nemesis/grudge.ts";
export { faultSchedule, finalHealing, Nemesis } from "./nemesis/nemesis.ts";
export { faultPackages, findFaultPackage } from "./nemesis/packages/catalogue.ts";
export type { FaultPackage, FaultProposal } from "./nemesis/packages/fault-package.ts";
export { chooseNetwork, networkChoices, type NetworkChoice } from "./network/choose-network.ts";
export type { LinkNetwork, NetworkKind } from "./network/link-network.ts";
export { enterNamespace, holdOntoLife, isInNamespace } from "./network/namespaces/enter.ts";
export { readInventory, type RemoteMachine } from "./remote/inventory.ts";
export { probeMachines, type RemoteMeans } from "./remote/means.ts";
export { protocolSystem } from "./protocol-system.ts";
export { runTest, type TestHooks, type TestProgress, type TestRun } from "./run-test.ts";
export * from "./scheduler/index.ts";
export type { Choices, ChoiceStreams } from "./simulation/choices.ts";
export * from "./simulation/choices/index.ts";
export type { CrashKind, NoAnswer, SimulatedWorld, WorldHooks } from "./simulation/simulated-world.ts";
export * from "./simulation/world/index.ts";
export { findSystem, systems } from "./systems.ts";
export { planTest, testDefaults, type TestOptions, type TestPlan } from "./test-plan.ts";
export * from "./toxiproxy/index.ts";
export { optionOf } from "./workload-settings.ts";
export * from "./simulation/index.ts";
