import type { Violation } from "../../checkers/consensus/monitor.ts";
import { InputError } from "../../histories/errors.ts";
import { canonical, isJsonArray, isJsonObject, type Json, type JsonObject } from "../../histories/json.ts";
import type { Counterexample, Run } from "./explore.ts";
import type { TransitionSystem } from "./transition-system.ts";

/** A transition system whose steps can be written down as data. */
export interface ScriptedSystem<State, Action> extends TransitionSystem<State, Action> {
  /** The action as data: in one state no two actions are the same data, unless they lead to the same state. */
  asData(state: State, action: Action): JsonObject;
}

/** What was explored when a script was found. */
export interface ScriptOrigin {
  readonly protocol: string;
  readonly mutant?: string;
  readonly configuration: string;
}

/** A run that breaks a property, as a document to keep and to replay. */
export interface Script extends ScriptOrigin {
  readonly format: "rashomon-script";
  /** 2: a crash inside a handler says at which barrier it is. */
  readonly version: 2;
  readonly property: string;
  readonly explanation: string;
  readonly steps: readonly JsonObject[];
}

/** The steps of a run in words, one a line. */
export function stepsInWords<State, Action>(
  system: TransitionSystem<State, Action>,
  { states, actions }: Run<State, Action>,
): string[] {
  return actions.map((action, i) => system.describe(states[i] as State, action));
}

export function scriptOf<State, Action>(
  system: ScriptedSystem<State, Action>,
  { states, actions, violation }: Counterexample<State, Action>,
  origin: ScriptOrigin,
): Script {
  return {
    format: "rashomon-script",
    version: 2,
    ...origin,
    property: violation.property,
    explanation: violation.explanation,
    steps: actions.map((action, i) => system.asData(states[i] as State, action)),
  };
}

/** What came of a script, taken step by step. */
export interface Replayed<State, Action> extends Run<State, Action> {
  readonly violation?: Violation;
}

/** Takes the steps of a script, until something is violated. Throws an `InputError` at a step that cannot be taken. */
export function replayScript<State, Action>(
  system: ScriptedSystem<State, Action>,
  { steps }: Script,
): Replayed<State, Action> {
  let state = system.initial()[0] as State;
  const states: State[] = [state];
  const actions: Action[] = [];
  for (const [i, step] of steps.entries()) {
    const wanted = canonical(step);
    const here = state;
    const possible = system.actions(here);
    const action = possible.find((each) => canonical(system.asData(here, each)) === wanted);
    if (action === undefined) {
      throw new InputError("E_SCRIPT", {
        expected: `at step ${i + 1} one of: ${possible.map((each) => system.describe(here, each)).join("; ")}`,
        found: wanted,
        hint: "The script belongs to another protocol, mutant or configuration, or to another version of it.",
      });
    }
    state = system.next(here, action);
    actions.push(action);
    states.push(state);
  }
  const violation = system.violation(state);
  return { states, actions, ...(violation === undefined ? {} : { violation }) };
}

/** The script that a file holds. */
export function parseScript(text: string, file: string): Script {
  const wrong = (expected: string, found: string): InputError =>
    new InputError("E_SCRIPT", { place: { file }, expected, found });
  let json: Json;
  try {
    // What JSON.parse returns is JSON.
    json = JSON.parse(text) as Json;
  } catch {
    throw wrong("a script as explore --save writes it", "no JSON");
  }
  if (!isJsonObject(json) || json["format"] !== "rashomon-script") {
    throw wrong('an object with "format": "rashomon-script"', text.slice(0, 60));
  }
  if (json["version"] !== 2) throw wrong("version 2", JSON.stringify(json["version"] ?? null));
  const { mutant } = json;
  const name = (member: string): string => {
    const value = json[member];
    if (typeof value !== "string") throw wrong(`a text as ${member}`, JSON.stringify(value ?? null));
    return value;
  };
  const steps = json["steps"];
  if (!isJsonArray(steps) || !steps.every(isJsonObject)) {
    throw wrong("an array of objects as steps", JSON.stringify(steps ?? null).slice(0, 60));
  }
  if (mutant !== undefined && typeof mutant !== "string")
    throw wrong("a text as mutant", JSON.stringify(mutant));
  return {
    format: "rashomon-script",
    version: 2,
    protocol: name("protocol"),
    ...(mutant === undefined ? {} : { mutant }),
    configuration: name("configuration"),
    property: name("property"),
    explanation: name("explanation"),
    steps,
  };
}
