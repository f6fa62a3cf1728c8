import { InputError } from "../../../histories/errors.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../histories/json.ts";
import { inBrief } from "../../exploration/network/action-words.ts";

/** How a handler ends half-way: at its `barrier`-th sync; if that was not done, with the first `kept` of its writes. */
export interface HalfWay {
  readonly barrier: number;
  readonly synced: boolean;
  readonly kept: number;
}

/** What a handler does besides what follows from what it handles. */
export interface Handling {
  readonly random: readonly number[];
  readonly crash?: HalfWay;
}

/** One step of a script of a network, as `explore --save` writes it. */
export type Step =
  | (Handling & {
      readonly do: "deliver";
      readonly from: string;
      readonly to: string;
      readonly body: JsonObject;
      readonly again: boolean;
      /** On links that keep the order: how often the sender had crashed when it sent it. */
      readonly life: number;
    })
  | (Handling & {
      readonly do: "ask";
      readonly client: number;
      readonly node: string;
      readonly body: JsonObject;
    })
  | (Handling & { readonly do: "fire"; readonly node: string; readonly timer: string })
  | (Handling & { readonly do: "restart"; readonly node: string })
  | { readonly do: "crash"; readonly node: string; readonly kept: number }
  | { readonly do: "lose"; readonly from: string; readonly to: string; readonly body: JsonObject }
  | { readonly do: "clock"; readonly node: string; readonly shows: number };

/** The step that `data`, the `number`-th of a script, is; an `InputError` says what is wrong with it. */
export function stepOf(data: JsonObject, number: number): Step {
  const fault = (expected: string): InputError =>
    new InputError("E_SCRIPT", {
      expected: `${expected} in step ${number}`,
      found: JSON.stringify(data).slice(0, 120),
    });
  const text = (name: string): string => {
    const value = data[name];
    if (typeof value !== "string") throw fault(`a text as ${name}`);
    return value;
  };
  const body = (): JsonObject => {
    const value = data["body"];
    if (!isJsonObject(value)) throw fault("an object as body");
    return value;
  };
  const count = (from: JsonObject, name: string, otherwise?: number): number => {
    const value = from[name] ?? otherwise;
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
      throw fault(`a whole number as ${name}`);
    return value;
  };
  const handling = (): Handling => {
    const { random = [], crash } = data;
    if (!isNumbers(random)) throw fault("numbers as random");
    if (crash === undefined) return { random };
    if (!isJsonObject(crash) || typeof crash["synced"] !== "boolean")
      throw fault("barrier, synced and kept as crash");
    return {
      random,
      crash: { barrier: count(crash, "barrier"), synced: crash["synced"], kept: count(crash, "kept") },
    };
  };
  switch (data["do"]) {
    case "deliver":
      return {
        do: "deliver",
        from: text("from"),
        to: text("to"),
        body: body(),
        again: data["again"] === true,
        life: count(data, "life", 0),
        ...handling(),
      };
    case "ask":
      return { do: "ask", client: count(data, "client"), node: text("node"), body: body(), ...handling() };
    case "fire":
      return { do: "fire", node: text("node"), timer: text("timer"), ...handling() };
    case "restart":
      return { do: "restart", node: text("node"), ...handling() };
    case "crash":
      return { do: "crash", node: text("node"), kept: count(data, "kept", 0) };
    case "lose":
      return { do: "lose", from: text("from"), to: text("to"), body: body() };
    case "clock":
      return { do: "clock", node: text("node"), shows: count(data, "shows") };
    default:
      throw fault("one of deliver, ask, fire, restart, crash, lose and clock");
  }
}

/** A step as people read it. */
export function stepInWords(step: Step): string {
  const half =
    "crash" in step && step.crash !== undefined ? `, and it crashes ${halfWayInWords(step.crash)}` : "";
  switch (step.do) {
    case "deliver":
      return `deliver ${inBrief(step.body)} from ${step.from} to ${step.to}${step.again ? ", which will come again" : ""}${half}`;
    case "ask":
      return `client ${step.client} asks ${step.node} to ${inBrief(step.body)}${half}`;
    case "fire":
      return `timer ${step.timer} of ${step.node} fires${half}`;
    case "restart":
      return `${step.node} restarts${half}`;
    case "crash":
      return `${step.node} crashes${step.kept === 0 ? "" : `, with ${step.kept} of its unsynced writes kept`}`;
    case "lose":
      return `lose ${inBrief(step.body)} from ${step.from} to ${step.to}`;
    case "clock":
      return `the clock of ${step.node} shows ${step.shows} ms`;
  }
}

export function halfWayInWords({ barrier, synced, kept }: HalfWay): string {
  return synced
    ? `when sync ${barrier} of its handler is done`
    : `at sync ${barrier} of its handler, with ${kept} of its writes kept`;
}

function isNumbers(json: Json): json is readonly number[] {
  return isJsonArray(json) && json.every((each) => typeof each === "number");
}
