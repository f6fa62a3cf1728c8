import type { Json } from "../../histories/json.ts";
import type { CompletionType, ProcessId } from "../../histories/operation.ts";
import type { Random } from "../random.ts";

/** A place for one operation at a time: a client thread 0, 1, …, or the nemesis. */
export type Thread = number | "nemesis";

/** What a generator is shown when it is asked. */
export interface Context {
  /** Nanoseconds since the start of the run. */
  readonly time: number;
  /** The threads that the generator may use, and which of them are free. */
  readonly threads: readonly Thread[];
  readonly free: readonly Thread[];
  /** The process that a thread runs at the moment. */
  process(thread: Thread): ProcessId;
  /**
   * Chance. Its draws are a function of the seed and of the number of events so far, so that asking twice
   * at the same point gives the same answer: generators stay pure.
   */
  readonly random: Random;
}

/** An operation that a generator wants done. Without `thread`, any free one; without `time`, now. */
export interface Proposal {
  readonly f: string;
  readonly value: Json;
  readonly key?: Json;
  readonly thread: Thread;
  /** Nanoseconds since the start of the run; not before the time of the context. */
  readonly time: number;
}

/** A generator is told of every event of its threads: invocations that it proposed and completions. */
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
  | { readonly kind: "operation"; readonly operation: Proposal; readonly generator: Generator }
  /** Nothing now; ask again after an event, or at `until` if given. */
  | { readonly kind: "pending"; readonly until?: number; readonly generator: Generator }
  /** Nothing any more. */
  | { readonly kind: "done" };

/**
 * A plan of operations as a pure value (after jepsen.generator): asking it changes nothing; the answer
 * holds the generator that follows. Compose plans with the combinators of this folder.
 */
export interface Generator {
  next(context: Context): Next;
  /** The generator after an event. */
  update(context: Context, event: Event): Generator;
}
