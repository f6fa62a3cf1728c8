import type { Json } from "../../histories/json.ts";
import type { CompletionType, ProcessId } from "../../histories/operation.ts";
import type { Random } from "../random.ts";

/** A place for one operation at a time: a client thread 0, 1, …, or the nemesis. */
export type Thread = number | "nemesis";

/** What a generator is shown when it is asked; true at that moment only, so not to be kept. */
export interface Context {
  /** Nanoseconds since the start of the run. */
  readonly time: number;
  /** The threads that the generator may use: the same all through a run, clients in order, nemesis last. */
  readonly threads: readonly Thread[];
  /** Those of them that have no operation open, in the same order. */
  readonly free: readonly Thread[];
  isFree(thread: Thread): boolean;
  /** The process that a thread runs at the moment. */
  process(thread: Thread): ProcessId;
  /**
   * Chance. Its draws are a function of the seed and of the number of operations dispatched so far (by the
   * nemesis or by clients, for plans of theirs alone), so that asking twice at the same point gives the same answer:
   * generators stay pure. Asked again after a mere wait, they draw the same as before it.
   */
  readonly random: Random;
  /** The same moment, for a generator that may use only `threads`. */
  on(threads: readonly Thread[]): Context;
  /** Whether every answer is checked where it is given: the scheduler asks so to find who answered badly. */
  readonly strict: boolean;
}

/** An operation that a generator wants done now, on a thread that is free. */
export interface Proposal {
  readonly f: string;
  readonly value: Json;
  readonly key?: Json;
  readonly thread: Thread;
}

/** What happened on a thread: an operation was dispatched, or it completed. */
export interface Event {
  readonly kind: "invoke" | "complete";
  readonly time: number;
  readonly thread: Thread;
  readonly process: ProcessId;
  readonly type: "invoke" | CompletionType;
  readonly f: string;
  readonly key?: Json;
  readonly value: Json;
}

/** The answer to "what next?". */
export type Next =
  /** This operation, now. */
  | { readonly kind: "operation"; readonly operation: Proposal; readonly generator: Generator }
  /** A message for the log, now: takes no thread, no time, and no place in the history. */
  | { readonly kind: "log"; readonly message: string; readonly generator: Generator }
  /** Nothing now; ask again after an event, or at `until` (in the future) if that is earlier. */
  | { readonly kind: "pending"; readonly until?: number; readonly generator: Generator }
  /** Nothing any more. */
  | { readonly kind: "done" };

/**
 * A plan of operations as a pure value (after jepsen.generator): asking it changes nothing; the answer
 * holds the generator that follows. Compose plans with the combinators of this folder.
 *
 * Three rules make composition exact. An operation is for now: what is to happen later is `pending` with
 * `until`. The generator of an answer that was taken is kept, also of a `pending` one, so that a wait which
 * began goes on; an operation or log that is not taken is forgotten with its generator. And since a proposal
 * names its thread, which does one operation at a time, a generator knows the completions of its own
 * operations from those of others.
 */
export interface Generator {
  next(context: Context): Next;
  /** The generator after an event on one of its threads, whoever proposed the operation. */
  update(context: Context, event: Event): Generator;
}
