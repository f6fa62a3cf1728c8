import type { TraceEvent } from "../../../histories/trace.ts";
import type { ChoiceStreams } from "../choices.ts";
import { RecordedChoices, ReplayedChoices, type ChoiceRecord } from "../choices/index.ts";
import type { RunConfiguration } from "./configuration.ts";
import { simulateRun, type SimulatedRun } from "./run.ts";
import { ScriptSource, type OperationSource, type Script, type ScriptedOperation } from "./script.ts";

/** What is done in a run, apart from chance. */
export interface Scene {
  readonly configuration: RunConfiguration;
  readonly script: Script;
  /** Microseconds at which the run ends at the earliest. */
  readonly until: number;
}

/** Everything that a run is a function of, in plain data. */
export interface Scenario extends Scene {
  readonly choices: ChoiceRecord;
}

export interface Recorded {
  readonly scenario: Scenario;
  readonly run: SimulatedRun;
}

/** Runs a configuration and writes down what it was: the scenario of which it is the run. */
export function recordRun(
  configuration: RunConfiguration,
  source: OperationSource,
  choices: ChoiceStreams,
): Recorded {
  const recorded = new RecordedChoices(choices);
  const script: ScriptedOperation[] = [];
  const run = simulateRun(configuration, source, recorded, {
    began: (operation) => void script.push(operation),
  });
  return {
    run,
    scenario: { configuration, script, until: run.microseconds, choices: recorded.record() },
  };
}

/** Plays a scene with whatever chooses, and writes down what was chosen. */
export function playScene(scene: Scene, choices: ChoiceStreams): Recorded {
  const recorded = new RecordedChoices(choices);
  const { configuration, script, until } = scene;
  const run = simulateRun(
    configuration,
    new ScriptSource(script, configuration.concurrency, until),
    recorded,
  );
  return { run, scenario: { ...scene, choices: recorded.record() } };
}

/** A scenario played again. */
export interface Replayed {
  readonly run: SimulatedRun;
  readonly trace: readonly TraceEvent[];
  /** Whether every choice was the recorded one, and where the first was not. */
  readonly choices: ReplayedChoices;
}

/** Plays a scenario to the letter, with its trace. */
export function replayScenario({ configuration, script, until, choices }: Scenario): Replayed {
  const replayed = new ReplayedChoices(choices);
  const trace: TraceEvent[] = [];
  const source = new ScriptSource(script, configuration.concurrency, until);
  const run = simulateRun(configuration, source, replayed, { trace: (event) => void trace.push(event) });
  return { run, trace, choices: replayed };
}
