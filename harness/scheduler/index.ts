export { monotonicClock, type Clock } from "./clock.ts";
export { errorData, interpret, type InterpreterOptions, type World } from "./interpreter.ts";
export {
  Scheduler,
  type Completed,
  type Dispatch,
  type Outcome,
  type SchedulerOptions,
  type Step,
} from "./scheduler.ts";
export {
  imperfect,
  perfect,
  perfectInfo,
  quick,
  simulate,
  type Schedule,
  type ScheduledEvent,
  type SimulatedOutcome,
  type SimulatedSystem,
  type SimulationOptions,
} from "./simulate.ts";
