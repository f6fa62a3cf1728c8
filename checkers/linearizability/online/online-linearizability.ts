import { canonical, isJsonArray, type Json } from "../../../histories/json.ts";
import type { Operation, ProcessId } from "../../../histories/operation.ts";
import { unknownOutput, type Model } from "../model.ts";
import type { RegisterStructure } from "../structure.ts";
import { onlineJudges } from "./judges.ts";
import { ObservedCall, ObservedRegister, type JudgeMaker } from "./observed-register.ts";

/** A return up to which the history has no linearization. */
export interface OnlineViolation {
  readonly key?: Json;
  readonly process: ProcessId;
  readonly f: string;
  /** Indices of the operation's two events. */
  readonly invocation: number;
  readonly completion: number;
  /** When it returned, in nanoseconds of the run. */
  readonly time: number;
}

export interface OnlineOptions {
  readonly model: Model;
  /** Whether every value is a pair [key, value]. */
  readonly keyed?: boolean;
  /** Judges of one register, in the order in which they are believed. */
  readonly judges?: readonly JudgeMaker[];
  /** Objects in play before it pays to look for those at rest; some hundred unless given. */
  readonly fewObjects?: number;
}

/** An open operation and its object. */
interface Open {
  readonly call: ObservedCall;
  readonly object: ObservedRegister;
  readonly key: Json | undefined;
}

/** Why a model's histories are judged only at the end; `undefined` when they need not wait. */
export function notOnline(model: Model): string | undefined {
  if (model.structure?.kind === "register" && model.keys === undefined) return undefined;
  return `model ${model.name} is not a register, so it is judged when the run has ended`;
}

/**
 * Judges linearizability while a history is recorded. Every object is judged by itself, up to the first of its
 * calls that has no outcome yet. A violation is one of the whole history, whatever comes later; that there
 * was none is no verdict, which the final check gives.
 *
 * What is kept grows with the open operations, those of unknown outcome that may still take effect, the values that
 * can still be seen, and the objects, one value for each at rest.
 */
export class OnlineLinearizability {
  readonly #model: Model;
  readonly #structure: RegisterStructure;
  readonly #keyed: boolean;
  readonly #judges: readonly JudgeMaker[];
  readonly #objects = new Map<string, ObservedRegister>();
  /** What objects at rest hold: no call of theirs is open, and nothing else is to be known of them. */
  readonly #resting = new Map<string, Json>();
  readonly #fewObjects: number;
  #mostObjects: number;
  readonly #open = new Map<ProcessId, Open>();
  #violation: OnlineViolation | undefined;

  /** Throws a `RangeError` for a model that `notOnline` names. */
  constructor({ model, keyed = false, judges = onlineJudges, fewObjects = 256 }: OnlineOptions) {
    const { structure } = model;
    const problem = notOnline(model);
    if (problem !== undefined || structure?.kind !== "register") throw new RangeError(problem);
    this.#model = model;
    this.#structure = structure;
    this.#keyed = keyed;
    this.#judges = judges;
    this.#fewObjects = this.#mostObjects = fewObjects;
  }

  /** The first violation found. */
  get violation(): OnlineViolation | undefined {
    return this.#violation;
  }

  get objects(): number {
    return this.#objects.size + this.#resting.size;
  }

  /** Objects that no judge could follow to here: their values repeat, or they take too long. */
  get undecided(): number {
    return [...this.#objects.values()].filter(({ undecided }) => undecided).length;
  }

  /** Open operations, events that wait for an outcome, and the values and calls that judges hold on to. */
  get live(): number {
    return [...this.#objects.values()].reduce((sum, { held, live }) => sum + held + live, this.#open.size);
  }

  /** Takes the next event of the history; the violation, when this event brings the first to light. */
  record(operation: Operation): OnlineViolation | undefined {
    const { process, type } = operation;
    if (typeof process !== "number" || this.#violation !== undefined) return undefined;
    if (type === "invoke") {
      this.#begin(operation);
      return undefined;
    }
    const open = this.#open.get(process);
    if (open === undefined) return undefined;
    this.#open.delete(process);
    return this.#settle(open, operation);
  }

  /** The history has ended: what is open stays unknown. The violation, when that brings the first to light. */
  finish(): OnlineViolation | undefined {
    if (this.#violation !== undefined) return undefined;
    for (const { call, object, key } of this.#open.values()) {
      const violation = this.#found(key, object.settle(call, "info", unknownOutput));
      if (violation !== undefined) return violation;
    }
    this.#open.clear();
    return undefined;
  }

  #begin({ index, process, f, key: named, value }: Operation): void {
    const [key, argument] = this.#split(named, f, value);
    const text = key === undefined ? "" : canonical(key);
    const object = this.#objects.get(text) ?? this.#take(text);
    const call = new ObservedCall(index, f, argument, process);
    object.begin(call);
    this.#open.set(process, { call, object, key });
  }

  /** Takes an object into play, and lets those go that have come to rest since there were half as many. */
  #take(text: string): ObservedRegister {
    if (this.#objects.size >= this.#mostObjects) {
      for (const [each, { rest }] of this.#objects) {
        if (rest === undefined) continue;
        this.#resting.set(each, rest);
        this.#objects.delete(each);
      }
      this.#mostObjects = Math.max(this.#fewObjects, 2 * this.#objects.size);
    }
    const value = this.#resting.has(text) ? this.#resting.get(text)! : this.#structure.initial;
    this.#resting.delete(text);
    const object = new ObservedRegister(this.#model, this.#structure, value, this.#judges);
    this.#objects.set(text, object);
    return object;
  }

  #settle({ call, object, key }: Open, operation: Operation): OnlineViolation | undefined {
    const { index, time, type, value, f } = operation;
    call.completion = index;
    call.time = time;
    const output = type === "ok" ? this.#split(operation.key, f, value)[1] : unknownOutput;
    return this.#found(key, object.settle(call, type === "ok" || type === "fail" ? type : "info", output));
  }

  #found(key: Json | undefined, call: ObservedCall | undefined): OnlineViolation | undefined {
    if (call === undefined) return undefined;
    const { invocation, completion, time, input } = call;
    this.#violation = {
      ...(key === undefined ? {} : { key }),
      process: input.process ?? -1,
      f: input.f,
      invocation,
      completion,
      time,
    };
    return this.#violation;
  }

  /** The object and the value proper. A value that is no pair where all should be is left to the final check. */
  #split(key: Json | undefined, f: string, value: Json): readonly [Json | undefined, Json] {
    if (this.#keyed && isJsonArray(value)) return [value[0] ?? null, value[1] ?? null];
    return [key ?? this.#model.key?.({ f, value }), value];
  }
}
