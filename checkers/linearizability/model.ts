import { canonical, inWords, type Json } from "../../histories/json.ts";
import type { ProcessId } from "../../histories/operation.ts";
import type { Structure } from "./structure.ts";

/** What a client asked for: the function and the argument of its invocation. */
export interface Input {
  readonly f: string;
  readonly value: Json;
  /** Who asked; only for models that say `byProcess`. */
  readonly process?: ProcessId;
}

/** The output of an operation whose outcome nobody knows. */
export const unknownOutput: unique symbol = Symbol("unknown output");

/** What came back: the value of the `ok` completion, or unknown for `info` and for no completion at all. */
export type Output = Json | typeof unknownOutput;

/** The model's refusal of an operation in a state, with its reason in words. */
export class Refused {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Several states in which a nondeterministic operation may leave the object; at least one. */
export class OneOf<State extends Json> {
  readonly states: readonly State[];

  constructor(states: readonly State[]) {
    this.states = states;
  }
}

/** What an operation does in a state: the next state, one of several, or nothing since it is refused. */
export type Step<State extends Json> = State | OneOf<State> | Refused;

/** The form of the operations that a model understands, for its documentation. */
export interface OperationForm {
  readonly f: string;
  /** The value of the invocation. */
  readonly argument: string;
  /** The value of the `ok` completion. */
  readonly result: string;
  readonly meaning: string;
}

/** A value put into, or found in, one cell of the object: a register's only cell, a key, a queue's item. */
export interface Token {
  readonly cell: Json;
  readonly value: Json;
}

/** How an operation hangs together with others, by the tokens that it leaves behind and that it met. */
export interface Ties {
  readonly gives: readonly Token[];
  readonly takes: readonly Token[];
}

/** An object that operations are applied to one after the other, in place. */
export interface Replay {
  /** Applies an operation; why it is refused, `undefined` when it is admitted. After a refusal the replay is over. */
  apply(input: Input, output: Output): string | undefined;
  /** The state reached, in words. */
  describe(): string;
}

/**
 * The sequential specification of an object (Herlihy & Wing 1990). States are JSON values, never changed in
 * place, and are the same state exactly when their identity texts are equal. `step` checks a recorded
 * output rather than computing one, so that a model never has to enumerate results.
 *
 * Without an output (`unknownOutput`) `step` says what the operation does if it takes effect; the search
 * decides whether it does. An unknown operation which the state does not admit may be refused: never having
 * taken effect is always possible too.
 */
export interface Model<State extends Json = Json> {
  readonly name: string;
  /** One line for `rashomon list models`. */
  readonly summary: string;
  /** What it understands, any other operation being wrong use; empty: it takes whatever comes. */
  readonly operations: readonly OperationForm[];
  readonly initial: State;
  step(state: State, input: Input, output: Output): Step<State>;
  /** What was expected, when the values of an operation are not of the form that the model documents. */
  malformed?(input: Input, output: Output): string | undefined;
  /** Whether the operation can leave another state behind; one that cannot is dropped when unknown. */
  changes(input: Input): boolean;
  /**
   * Whether a completed operation of this kind can be refused in some state, and so is evidence; without an output, in
   * general.
   */
  observes(input: Input, output?: Output): boolean;
  /**
   * Whether an argument of null means something in operations that observe nothing. Otherwise that of one which
   * completed is looked for in its completion, for a write whose value was recorded only there.
   */
  readonly nullArguments?: boolean;
  /** The independent object that the operation acts on, for models of many objects (locality). */
  key?(input: Input): Json;
  /**
   * The independent objects that the operation acts on together, where one can act on several: objects that
   * some operation joins are judged as one. Instead of `key`.
   */
  keys?(input: Input): readonly Json[];
  /** The same object with no keys but these, for models with `keys`: its states then hold nothing of others. */
  only?(keys: readonly Json[]): Model<State>;
  /** Whether operations depend on who asks, so that `Input.process` has to be given. */
  readonly byProcess?: boolean;
  /**
   * The place of a completed operation in the order of all changes, where its result tells: a revision, an
   * offset, a fencing token. A change has a place of its own; an operation that changes nothing has that of
   * the last change which it saw. `undefined`: this result does not tell. The promise: `step` refuses each
   * operation that tells a place other than its own.
   */
  version?(input: Input, output: Output): number | undefined;
  /**
   * The place of the initial state, when places are consecutive: each change has the one after the change before
   * it, known or not. Absent: places may be skipped.
   */
  readonly firstVersion?: number;
  /** What the algorithms that need not search have to know; absent for an object of no such shape. */
  readonly structure?: Structure;
  /** The same object changed in place, so that a long order is verified in linear time. */
  replay?(): Replay;
  /** Text that is equal exactly for equal states; canonical JSON unless given. */
  identity?(state: State): string;
  /** The state in words; canonical JSON unless given. */
  describe?(state: State): string;
  /** What the operation did, in the past tense: "wrote 4"; `f`, argument and result unless given. */
  tell?(input: Input, output: Output): string;
  /** The results that the operation could have had in this state. */
  allowed?(state: State, input: Input): readonly Json[];
  /**
   * What the operation depends on, for dropping operations soundly. The promise: from any legal order, the
   * operations outside a set may be left out (with some of the unknown ones inside it) if each operation of
   * the set that takes a token is there with every operation that gives this token.
   */
  ties?(input: Input, output: Output): Ties;
  /**
   * Whether the initial state holds a token without anyone giving it. The promise: a completed operation that
   * takes a token which is not held initially is refused where no operation before it, nor itself, gave this token.
   */
  initially?(token: Token): boolean;
  /**
   * The same object seen by clients for whom a result of null says that nothing was learnt, as Knossos takes
   * it; for models in which null could be a value as well.
   */
  nullsUnknown?(): Model<State>;
  /** Whether giving a token replaces what was in its cell, as writing a register does. */
  readonly overwrites?: boolean;
}

/** Builds the state's identity text. */
export function identityOf(model: Model, state: Json): string {
  return model.identity === undefined ? canonical(state) : model.identity(state);
}

/** The state in words; of a long text the middle is left out. */
export function describeState(model: Model, state: Json): string {
  const text = model.describe === undefined ? inWords(state) : model.describe(state);
  return text.length <= LongestState
    ? text
    : `${text.slice(0, LongestState / 2)} … ${text.slice(-LongestState / 2)}`;
}

/** Characters of a state that anyone reads. */
const LongestState = 400;

/** What an operation did, in the past tense. */
export function tellOperation(model: Model, input: Input, output: Output): string {
  if (model.tell !== undefined) return model.tell(input, output);
  const result = output === unknownOutput ? "" : ` → ${inWords(output)}`;
  return `${input.f} ${inWords(input.value)}${result}`;
}
