export {
  explore,
  type Counterexample,
  type Explored,
  type ExploreOptions,
  type Progress,
  type Run,
} from "./explore.ts";
export { NetworkSystem, type NetworkOptions } from "./network/network-system.ts";
export {
  parseScript,
  replayScript,
  scriptOf,
  stepsInWords,
  type Script,
  type ScriptedSystem,
} from "./script.ts";
export { SharedMemorySystem, type SharedMemoryOptions } from "./shared-memory/shared-memory-system.ts";
export type { ConfigurationResult, Explorable, Subject, SubjectOptions, Witness } from "./subject.ts";
export { chosenConfigurations, findSubject, kills, subjects } from "./subjects.ts";
export type { TransitionSystem } from "./transition-system.ts";
