import { UsageError } from "../../histories/errors.ts";
import { canonical, inWords, isJsonObject, type Json } from "../../histories/json.ts";
import { OneOf, Refused, unknownOutput, type Input, type Model, type Output, type Step } from "./model.ts";

/** Steps that are tried twice, on a copy of the state, to see that they change nothing and say the same again. */
const StepsTriedTwice = 500;

/**
 * A model as its author writes it: a name, the initial state, and what an operation does. All else may be left
 * out: every operation then may change the object and may be refused, so none is dropped.
 *
 * States are JSON values (null, booleans, finite numbers, texts, arrays, plain objects), the same state exactly
 * when they are equal by content, whatever the order of the members; `identity` can say otherwise. Instead of a Set
 * or a Map keep a sorted array.
 */
export type ModelDefinition<State extends Json = Json> = Pick<Model<State>, "name" | "initial" | "step"> &
  Partial<Model<State>>;

/** The refusal of an operation, with the reason: "the lock was held already". */
export function refuse(reason: string): Refused {
  return new Refused(reason);
}

/** Several states in which an operation may leave the object; at least one. */
export function oneOf<State extends Json>(...states: readonly State[]): OneOf<State> {
  return new OneOf(states);
}

/**
 * Makes a model of a definition. Throws a `UsageError` that says what is missing or wrong with it. The model's steps
 * are watched: one that throws, changes the state it was given, says something else the next time, or returns what
 * is no state is an error that names operation and state, never a verdict.
 */
export function defineModel<State extends Json>(definition: ModelDefinition<State>): Model<State> {
  const { initial, step } = requireDefinition(definition);
  const watched = new WatchedStep(definition.name, initial, step.bind(definition));
  return {
    summary: "",
    operations: [],
    changes: () => true,
    observes: () => true,
    ...definition,
    initial: frozen(initial),
    step: (state, input, output) => watched.step(state, input, output),
  };
}

function requireDefinition<State extends Json>(definition: ModelDefinition<State>): ModelDefinition<State> {
  const problem = problemOf(definition);
  if (problem !== undefined) throw new UsageError(problem, "E_MODEL");
  return definition;
}

const optional: Readonly<Record<string, "function" | "array" | "string" | "boolean" | "number" | "object">> =
  {
    summary: "string",
    operations: "array",
    malformed: "function",
    changes: "function",
    observes: "function",
    key: "function",
    keys: "function",
    only: "function",
    byProcess: "boolean",
    version: "function",
    firstVersion: "number",
    structure: "object",
    replay: "function",
    identity: "function",
    describe: "function",
    tell: "function",
    allowed: "function",
    ties: "function",
    initially: "function",
    nullsUnknown: "function",
    overwrites: "boolean",
  };

/** What is wrong with a definition that may be anything, in words; `undefined`: nothing. */
export function problemOf(definition: unknown): string | undefined {
  if (typeof definition !== "object" || definition === null || Array.isArray(definition))
    return `A model is an object {name, initial, step}, not ${kindOf(definition)}.`;
  const given = new Map<string, unknown>(Object.entries(definition));
  const name = given.get("name");
  if (typeof name !== "string" || name === "") return `A model needs a name, a text; found ${kindOf(name)}.`;
  const about = `Model ${name}`;
  if (!given.has("initial")) return `${about} needs initial: the state before any operation.`;
  const reason = notJson(given.get("initial"));
  if (reason !== undefined) return `${about}: initial is no JSON value: ${reason}.`;
  if (typeof given.get("step") !== "function")
    return `${about} needs step(state, input, output), a function; found ${kindOf(given.get("step"))}.`;
  for (const [member, value] of given) {
    const expected = optional[member];
    if (expected === undefined || value === undefined) continue;
    const right = expected === "array" ? Array.isArray(value) : typeof value === expected;
    if (!right)
      return `${about}: ${member} is ${expected === "array" ? "an array" : `a ${expected}`}, not ${kindOf(value)}.`;
  }
  const unknown = [...given.keys()].filter(
    (member) => !required.has(member) && !Object.hasOwn(optional, member),
  );
  if (unknown.length > 0)
    return `${about} has no ${unknown.join(", ")}. Known: ${[...required, ...Object.keys(optional)].join(", ")}.`;
  const operations = given.get("operations");
  if (Array.isArray(operations))
    for (const form of operations as unknown[])
      if (!isForm(form)) return `${about}: each of operations is {f, argument, result, meaning}, all texts.`;
  return undefined;
}

const required: ReadonlySet<string> = new Set(["name", "initial", "step"]);

function isForm(form: unknown): boolean {
  return (
    isJsonObject(form) &&
    ["f", "argument", "result", "meaning"].every((member) => typeof form[member] === "string")
  );
}

/** Runs the steps of somebody's model. */
class WatchedStep<State extends Json> {
  readonly #name: string;
  readonly #step: Model<State>["step"];
  /** Whether a boolean can be a state. */
  readonly #booleans: boolean;
  #tried = 0;

  constructor(name: string, initial: State, step: Model<State>["step"]) {
    this.#name = name;
    this.#step = step;
    this.#booleans = typeof initial === "boolean" || initial === null;
  }

  step(state: State, input: Input, output: Output): Step<State> {
    const next = this.#run(frozen(state), input, output);
    this.#requireStep(next, state, input, output);
    if (this.#tried < StepsTriedTwice) {
      this.#tried++;
      const copy = structuredClone(state);
      const again = this.#run(copy, input, output);
      if (canonical(copy) !== canonical(state))
        throw this.#error(
          "changed the state that it was given; it has to return a new one",
          state,
          input,
          output,
        );
      if (textOf(again) !== textOf(next))
        throw this.#error(
          "said something else when asked again; it has to depend on its arguments only",
          state,
          input,
          output,
        );
    }
    return next;
  }

  #run(state: State, input: Input, output: Output): Step<State> {
    try {
      return this.#step(state, input, output);
    } catch (error) {
      const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      const hint = /read only|not extensible|Cannot delete|Cannot add/.test(what)
        ? " (states are frozen: return a new one instead of changing the one given)"
        : "";
      throw this.#error(`threw ${what}${hint}`, state, input, output);
    }
  }

  #requireStep(next: unknown, state: State, input: Input, output: Output): void {
    if (next instanceof Refused) {
      if (typeof next.reason === "string" && next.reason !== "") return;
      throw this.#error("refused without a reason", state, input, output);
    }
    if (next instanceof OneOf && next.states.length === 0)
      throw this.#error(
        "returned oneOf() without a state; to refuse, return refuse(reason)",
        state,
        input,
        output,
      );
    for (const one of next instanceof OneOf ? next.states : [next]) {
      // Steps that answer whether they are admitted, as those of other checkers do, would admit everything.
      if (typeof one === "boolean" && !this.#booleans)
        throw this.#error(
          `returned ${one}, which is no state like the initial one: to admit the operation return the next state, to refuse it refuse(reason)`,
          state,
          input,
          output,
        );
      const reason = notJson(one);
      if (reason !== undefined)
        throw this.#error(
          one === undefined
            ? "returned nothing: it has to return the next state, oneOf(…), or refuse(reason)"
            : `returned what is no JSON value: ${reason}`,
          state,
          input,
          output,
        );
    }
  }

  #error(what: string, state: State, input: Input, output: Output): UsageError {
    const result = output === unknownOutput ? "an unknown result" : `result ${inWords(output)}`;
    return new UsageError(
      `The step of model ${this.#name} ${what}.\nOperation: ${input.f} ${inWords(input.value)}, with ${result}; state: ${inWords(state)}.`,
      "E_MODEL_STEP",
    );
  }
}

function textOf<State extends Json>(step: Step<State>): string {
  if (step instanceof Refused) return `refused: ${step.reason}`;
  return step instanceof OneOf ? step.states.map(canonical).toSorted().join() : canonical(step);
}

/** Freezes a value through and through. */
function frozen<Value extends Json>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    for (const member of Object.values<Json>(value)) frozen(member);
    Object.freeze(value);
  }
  return value;
}

/** Why a value is no JSON, in words. */
function notJson(value: unknown): string | undefined {
  if (value === null || typeof value === "boolean" || typeof value === "string") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `a number that is ${value}`;
  if (typeof value !== "object") return kindOf(value);
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      const reason = notJson(item);
      if (reason !== undefined) return `${reason} in an array`;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return kindOf(value);
  for (const [member, inside] of Object.entries(value)) {
    const reason = notJson(inside);
    if (reason !== undefined) return `${reason} as ${member}`;
  }
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = value.constructor?.name ?? "object";
  return name === "Object" ? "an object" : `a ${name}`;
}
