import type { History } from "../../histories/history.ts";
import { canonical, inWords, type Json } from "../../histories/json.ts";
import { Fail, Info, Ok } from "../../histories/operation.ts";
import type { LinearizationCertificate } from "../linearizability/evidence.ts";
import {
  describeState,
  OneOf,
  Refused,
  tellOperation,
  unknownOutput,
  type Input,
  type Model,
  type Output,
  type Replay,
} from "../linearizability/model.ts";
import { ModelHistory, type Partition } from "../linearizability/partition.ts";
import { stepAll } from "./definition.ts";

/**
 * Verifies a linearization from the history and the model alone, in one pass over each object: every known
 * operation is there once, unknown ones at most once, failed ones never; no operation comes before one
 * that had returned before it began; and the model admits each with its recorded output.
 *
 * Returns what is wrong, in words; `undefined` when the certificate holds.
 */
export function verifyLinearization(
  history: History,
  certificate: LinearizationCertificate,
  { model, keyed = false }: { readonly model: Model; readonly keyed?: boolean },
): string | undefined {
  if (certificate.model !== model.name) return `it is about model ${certificate.model}, not ${model.name}`;
  const source = new ModelHistory(history, model, keyed);
  const orders = new Map<string, readonly number[]>();
  for (const { key, order } of certificate.partitions) {
    if (orders.has(textOf(key))) return `it orders ${nameOf(key)} twice`;
    orders.set(textOf(key), order);
  }
  const places = new Uint8Array(history.length);
  for (const partition of source.partitions()) {
    const order = orders.get(textOf(partition.key));
    if (order === undefined) return `it does not order ${nameOf(partition.key)}`;
    orders.delete(textOf(partition.key));
    const problem = verifyOrder(source, partition, order, places);
    if (problem !== undefined) return `${nameOf(partition.key)}: ${problem}`;
  }
  return orders.size === 0 ? undefined : "it orders objects that the history does not have";
}

/** Marks of `places`: an operation that is to be placed, and one that is. */
const Unplaced = 1;
const Placed = 2;

function verifyOrder(
  source: ModelHistory,
  { operations }: Partition,
  order: readonly number[],
  places: Uint8Array,
): string | undefined {
  const { type } = source.history.columns;
  for (let i = 0; i < operations.length; i++) places[operations[i]!] = Unplaced;
  const object = new ReplayedObject(source.model);
  let latestBegin = -1;
  for (let i = 0; i < order.length; i++) {
    const operation = order[i]!;
    if (places[operation] !== Unplaced) return `operation ${operation} is not one of it, or is placed twice`;
    places[operation] = Placed;
    const completion = source.completion(operation);
    const outcome = completion < 0 ? Info : type[completion];
    if (outcome === Fail) return `operation ${operation} failed, yet is placed`;
    if (outcome === Ok && completion < latestBegin)
      return `operation ${operation} returned before an operation began that is placed before it`;
    if (completion !== operation && operation > latestBegin) latestBegin = operation;
    const input = source.input(operation);
    const output = outcome === Ok ? source.outputOf(completion) : unknownOutput;
    if (!object.admits(input, output))
      return `operation ${operation} (${tellOperation(source.model, input, output)}) is not admitted in state ${object.describe()}`;
  }
  for (const operation of operations)
    if (places[operation] === Unplaced && source.isKnown(operation))
      return `operation ${operation} is not placed`;
  return undefined;
}

/**
 * The object that a model specifies, taken through operations one after the other: in place where the model
 * can, else state by state; all possible states, where an operation is not deterministic.
 */
class ReplayedObject {
  readonly #model: Model;
  readonly #replay: Replay | undefined;
  #state: Json;
  #states: readonly Json[] | undefined;

  constructor(model: Model) {
    this.#model = model;
    this.#replay = model.replay?.();
    this.#state = model.initial;
  }

  admits(input: Input, output: Output): boolean {
    if (this.#replay !== undefined) return this.#replay.apply(input, output) === undefined;
    if (this.#states !== undefined) return this.#enter(stepAll(this.#model, this.#states, input, output));
    const step = this.#model.step(this.#state, input, output);
    if (step instanceof Refused) return false;
    if (step instanceof OneOf) return this.#enter(stepAll(this.#model, [this.#state], input, output));
    this.#state = step;
    return true;
  }

  /** A state that it can be in. */
  describe(): string {
    return this.#replay?.describe() ?? describeState(this.#model, this.#states?.[0] ?? this.#state);
  }

  #enter(states: readonly Json[]): boolean {
    if (states.length === 0) return false;
    this.#state = states[0] ?? null;
    this.#states = states.length === 1 ? undefined : states;
    return true;
  }
}

function textOf(key: Json | undefined): string {
  return key === undefined ? "" : canonical(key);
}

function nameOf(key: Json | undefined): string {
  return key === undefined ? "the object" : `key ${inWords(key)}`;
}
