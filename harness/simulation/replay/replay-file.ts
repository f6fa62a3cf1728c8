import { readFileSync } from "node:fs";

import { InputError } from "../../../histories/errors.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../histories/json.ts";
import { nemesis } from "../../../histories/operation.ts";
import { decodeChoices, encodeChoices } from "../choices/index.ts";
import type { RunConfiguration } from "../runs/configuration.ts";
import type { Signature } from "../runs/run.ts";
import type { Scenario } from "../runs/scenario.ts";
import type { ScriptedOperation } from "../runs/script.ts";
import type { Size } from "../shrinking/shrink.ts";
import { worldSettings, type PartialSettings } from "../world/index.ts";
import type { Fingerprint } from "./fingerprint.ts";

/** A failing run as a file: all that it takes to see it again, and what is then to be seen. */
export interface ReplayFile {
  /** Of the program that wrote it: another may well do something else. */
  readonly version: string;
  /** The seed that failed first. */
  readonly seed: string;
  /** UTC, ISO 8601: when that was; reports show it. */
  readonly started: string;
  readonly scenario: Scenario;
  /** What goes wrong. */
  readonly expected: Signature & { readonly explanation: string; readonly fingerprint: Fingerprint };
  /** How large the run was before it was shrunk and is now, and how many runs that took. */
  readonly shrunk?: { readonly before: Size; readonly after: Size; readonly runs: number };
}

const kind = "rashomon-replay";
const format = 1;

/** A replay file's text: one JSON object. */
export function replayText(file: ReplayFile): string {
  const { version, seed, started, scenario, expected, shrunk } = file;
  const { configuration, script, until, choices } = scenario;
  const data = {
    kind,
    format,
    version,
    seed,
    started,
    expected,
    ...(shrunk === undefined ? {} : { shrunk }),
    scenario: { configuration, script, until, choices: encodeChoices(choices) },
  };
  return `${JSON.stringify(data, undefined, 2)}\n`;
}

/** Reads a replay file; an `InputError` tells what is wrong with it and where. */
export function readReplayFile(path: string): ReplayFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const found = error instanceof Error ? error.message : "something else";
    throw new InputError("E_FILE", { place: { file: path }, expected: "a readable file", found });
  }
  return parseReplay(text, path);
}

export function parseReplay(text: string, file: string): ReplayFile {
  let data: Json;
  try {
    data = JSON.parse(text) as Json;
  } catch (error) {
    const found = error instanceof Error ? error.message : "something else";
    throw new InputError("E_REPLAY", { place: { file }, expected: "a replay file: one JSON object", found });
  }
  const reading = new Reading(file);
  const root = reading.object(data, "the file");
  if (root["kind"] !== kind) throw reading.fault(`"kind": "${kind}"`, root["kind"]);
  if (root["format"] !== format) throw reading.fault(`"format": ${format}`, root["format"]);
  const scenario = reading.object(root["scenario"], "scenario");
  const expected = reading.object(root["expected"], "expected");
  const fingerprint = reading.object(expected["fingerprint"], "expected.fingerprint");
  const shrunk = root["shrunk"] === undefined ? undefined : reading.object(root["shrunk"], "shrunk");
  return {
    version: reading.text(root, "version"),
    seed: reading.text(root, "seed"),
    started: reading.text(root, "started"),
    scenario: {
      configuration: configurationOf(reading, scenario["configuration"]),
      script: reading.array(scenario["script"], "scenario.script").map((each) => operationOf(reading, each)),
      until: reading.count(scenario, "until"),
      choices: choicesOf(reading, scenario["choices"]),
    },
    expected: {
      checker: reading.text(expected, "checker"),
      anomaly: reading.text(expected, "anomaly"),
      explanation: reading.text(expected, "explanation"),
      fingerprint: {
        events: reading.count(fingerprint, "events"),
        microseconds: reading.count(fingerprint, "microseconds"),
        history: reading.text(fingerprint, "history"),
        trace: reading.text(fingerprint, "trace"),
        verdicts: reading.text(fingerprint, "verdicts"),
        happenings: reading.text(fingerprint, "happenings"),
      },
    },
    ...(shrunk === undefined
      ? {}
      : {
          shrunk: {
            before: sizeOf(reading, shrunk["before"]),
            after: sizeOf(reading, shrunk["after"]),
            runs: reading.count(shrunk, "runs"),
          },
        }),
  };
}

function configurationOf(reading: Reading, json: Json | undefined): RunConfiguration {
  const data = reading.object(json, "scenario.configuration");
  const settings = reading.object(data["settings"], "settings");
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === "object") throw reading.fault(`a plain value of the setting ${name}`, value);
  }
  const world = reading.object(data["world"], "world");
  return {
    protocol: reading.text(data, "protocol"),
    ...(data["mutant"] === undefined ? {} : { mutant: reading.text(data, "mutant") }),
    workload: reading.text(data, "workload"),
    settings,
    nodes: reading.count(data, "nodes"),
    concurrency: reading.count(data, "concurrency"),
    rate: reading.number(data, "rate"),
    world: reading.within(() => worldSettings(world as PartialSettings), world),
    faults: reading.array(data["faults"], "faults").map((fault) => reading.word(fault)),
    liveness: reading.number(data, "liveness"),
    events: reading.count(data, "events"),
  };
}

function operationOf(reading: Reading, json: Json): ScriptedOperation {
  const data = reading.object(json, "an operation");
  const { thread, key, value } = data;
  if (thread !== nemesis && !(typeof thread === "number" && Number.isSafeInteger(thread) && thread >= 0)) {
    throw reading.fault(`a thread: a whole number, or "${nemesis}"`, thread);
  }
  return {
    at: reading.count(data, "at"),
    thread,
    f: reading.text(data, "f"),
    ...(key === undefined ? {} : { key }),
    value: value ?? null,
  };
}

function choicesOf(reading: Reading, json: Json | undefined): Scenario["choices"] {
  return reading.within(() => decodeChoices(json ?? null), json);
}

function sizeOf(reading: Reading, json: Json | undefined): Size {
  const data = reading.object(json, "shrunk");
  return {
    faults: reading.count(data, "faults"),
    operations: reading.count(data, "operations"),
    nodes: reading.count(data, "nodes"),
    clients: data["clients"] === undefined ? 0 : reading.count(data, "clients"),
    events: reading.count(data, "events"),
    choices: reading.count(data, "choices"),
    microseconds: reading.count(data, "microseconds"),
  };
}

/** Reads members of plain data, and says what is wrong with them. */
class Reading {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  fault(expected: string, found: Json | undefined, cause?: unknown): InputError {
    const shown = found === undefined ? "nothing" : JSON.stringify(found).slice(0, 80);
    return new InputError("E_REPLAY", {
      place: { file: this.#file },
      expected,
      found: cause instanceof Error ? `${shown} (${cause.message})` : shown,
    });
  }

  object(json: Json | undefined, what: string): JsonObject {
    if (!isJsonObject(json)) throw this.fault(`${what} as an object`, json);
    return json;
  }

  array(json: Json | undefined, what: string): readonly Json[] {
    if (!isJsonArray(json)) throw this.fault(`${what} as an array`, json);
    return json;
  }

  text(data: JsonObject, name: string): string {
    const value = data[name];
    if (typeof value !== "string") throw this.fault(`${name} as text`, value);
    return value;
  }

  word(json: Json): string {
    if (typeof json !== "string") throw this.fault("a name", json);
    return json;
  }

  number(data: JsonObject, name: string): number {
    const value = data[name];
    if (!(typeof value === "number" && value > 0)) throw this.fault(`${name} as a number above 0`, value);
    return value;
  }

  count(data: JsonObject, name: string): number {
    const value = data[name];
    if (!(typeof value === "number" && Number.isSafeInteger(value) && value >= 0)) {
      throw this.fault(`${name} as a whole number of at least 0`, value);
    }
    return value;
  }

  /** What `read` gives; what it throws is told of this file. */
  within<Result>(read: () => Result, found: Json | undefined): Result {
    try {
      return read();
    } catch (error) {
      throw this.fault("what the simulator wrote", found, error);
    }
  }
}
