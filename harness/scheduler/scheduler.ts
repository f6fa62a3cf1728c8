import type { Json } from "../../histories/json.ts";
import type { CompletionType, ProcessId } from "../../histories/operation.ts";
import { checkAnswer, GeneratorError, thrown } from "../../workloads/generators/answers.ts";
import { Threads } from "../../workloads/generators/context.ts";
import type { Event, Generator, Next, Proposal, Thread } from "../../workloads/generators/generator.ts";
import { generator, nothing, type Plan } from "../../workloads/generators/plan.ts";
import { seededRandom } from "../../workloads/random.ts";

export interface SchedulerOptions {
  readonly generator: Plan;
  /** Number of client threads. */
  readonly concurrency: number;
  readonly seed: string | number | bigint;
  /** Whether there is a nemesis thread as well; so unless it is false. */
  readonly withNemesis?: boolean;
}

/** An operation that is being done. */
export interface Dispatch {
  readonly thread: Thread;
  readonly process: ProcessId;
  readonly f: string;
  readonly key?: Json;
  readonly value: Json;
  /** Nanoseconds since the start of the run. */
  readonly time: number;
}

/** How a dispatched operation ended. */
export interface Outcome {
  readonly type: CompletionType;
  /** Replaces the invocation's value; without it that stays. */
  readonly value?: Json;
  /** Whether the process ends with this operation, although its outcome is known. */
  readonly endProcess?: boolean;
}

/** A completed operation; `retired` says that its thread goes on under a new process. */
export interface Completed extends Dispatch {
  readonly type: CompletionType;
  readonly retired: boolean;
}

/** What is to be done now. */
export type Step =
  | { readonly kind: "dispatch"; readonly operation: Dispatch }
  | { readonly kind: "log"; readonly message: string; readonly time: number }
  /** Ask again after a completion, or at `until` if that is earlier. Some operation is open, or there is a time. */
  | { readonly kind: "wait"; readonly until?: number }
  /** The generator has ended and no operation is open. */
  | { readonly kind: "done" };

/** How many messages a generator may log at one moment before that is taken for an endless loop. */
const endless = 10_000;

/**
 * Decides what happens next, and does nothing by itself: no clock, no promise, no I/O. Whoever drives it
 * asks `next` with the time, does what it says, and tells it of every completion; the same seed and the same
 * completions at the same times give the same operations. Every answer of a generator is checked here.
 */
export class Scheduler {
  readonly threads: Threads;
  /** By slot of the thread: an array, since a map that is always added to and deleted from costs far more. */
  readonly #open: (Dispatch | undefined)[];
  #outstanding = 0;
  #generator: Generator;
  #time = 0;
  #logsInARow = 0;

  constructor(options: SchedulerOptions) {
    const { concurrency } = options;
    if (!(Number.isSafeInteger(concurrency) && concurrency >= 0)) {
      throw new RangeError(`the number of client threads is a non-negative integer, not ${concurrency}`);
    }
    const random = seededRandom(options.seed).split("generator");
    this.threads = new Threads(concurrency, options.withNemesis ?? true, random);
    this.#open = Array.from({ length: concurrency + 1 }, () => undefined);
    this.#generator = generator(options.generator);
  }

  /** Number of operations that are open. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** The operations that are open, the oldest first. */
  openOperations(): Dispatch[] {
    return this.#open.filter((each) => each !== undefined).toSorted((a, b) => a.time - b.time);
  }

  /** What to do at `time`, which does not go back. Ask until the answer is `wait` or `done`. */
  next(time: number): Step {
    this.#advance(time);
    const answer = this.#ask(time);
    switch (answer.kind) {
      case "operation":
        return { kind: "dispatch", operation: this.#dispatch(answer.operation, answer.generator, time) };
      case "log":
        if (++this.#logsInARow > endless) {
          throw new GeneratorError([], `expected an operation or a wait, found ${endless} messages in a row`);
        }
        this.#generator = answer.generator;
        return { kind: "log", message: answer.message, time };
      case "pending":
        this.#generator = answer.generator;
        if (answer.until !== undefined) return { kind: "wait", until: answer.until };
        if (this.#outstanding > 0) return { kind: "wait" };
        throw new GeneratorError(
          [],
          "expected an operation, a time, or the end, found a wait for completions while none is to come",
        );
      case "done":
        this.#generator = nothing;
        return this.#outstanding === 0 ? { kind: "done" } : { kind: "wait" };
      default:
        return unreachable(answer);
    }
  }

  /** Takes note that the operation on `thread` has ended. */
  complete(thread: Thread, outcome: Outcome, time: number): Completed {
    const slot = this.threads.slot(thread);
    const operation = this.#open[slot];
    if (operation === undefined) throw new RangeError(`no operation is open on thread ${thread}`);
    this.#advance(time);
    const { type } = outcome;
    const value = outcome.value === undefined ? operation.value : outcome.value;
    const retired = typeof thread === "number" && (type === "info" || outcome.endProcess === true);
    this.#open[slot] = undefined;
    this.#outstanding--;
    this.threads.release(thread);
    if (retired) this.threads.retireProcess(thread);
    const { process, f, key } = operation;
    this.#update(eventOf("complete", type, operation, value, time));
    return key === undefined
      ? { thread, process, f, value, time, type, retired }
      : { thread, process, f, key, value, time, type, retired };
  }

  /**
   * Gives up the generator and goes on with `plan` (the final healing, say), or with nothing. Operations
   * that are open stay so until they are completed.
   */
  drain(plan: Plan = []): void {
    this.#generator = generator(plan);
    this.#logsInARow = 0;
  }

  #advance(time: number): void {
    if (!(time >= this.#time)) {
      throw new RangeError(`time does not go back: ${time} ns after ${this.#time} ns`);
    }
    if (time > this.#time) this.#logsInARow = 0;
    this.#time = time;
  }

  #ask(time: number): Next {
    const context = this.threads.at(time);
    try {
      const answer = this.#generator.next(context);
      checkAnswer(answer, context);
      return answer;
    } catch (error) {
      throw this.#located(error, time);
    }
  }

  /** Asks once more, with every answer checked where it is given, so that the error tells the whole path. */
  #located(error: unknown, time: number): GeneratorError {
    try {
      this.#generator.next(this.threads.at(time, true));
    } catch (located) {
      if (located instanceof GeneratorError) return located;
    }
    return error instanceof GeneratorError ? error : thrown([], error);
  }

  #dispatch(proposal: Proposal, rest: Generator, time: number): Dispatch {
    const { thread, f, key, value } = proposal;
    const process = this.threads.process(thread);
    const operation: Dispatch =
      key === undefined ? { thread, process, f, value, time } : { thread, process, f, key, value, time };
    this.#logsInARow = 0;
    this.threads.occupy(thread);
    this.#open[this.threads.slot(thread)] = operation;
    this.#outstanding++;
    this.#generator = rest;
    this.#update(eventOf("invoke", "invoke", operation, value, time));
    return operation;
  }

  #update(event: Event): void {
    try {
      this.#generator = this.#generator.update(this.threads.at(event.time), event);
    } catch (error) {
      throw error instanceof GeneratorError ? error : thrown([], error);
    }
  }
}

// Members are written out, since spreading objects costs more than all else that is done for an event.
function eventOf(
  kind: Event["kind"],
  type: Event["type"],
  operation: Dispatch,
  value: Json,
  time: number,
): Event {
  const { thread, process, f, key } = operation;
  return key === undefined
    ? { kind, time, thread, process, type, f, value }
    : { kind, time, thread, process, type, f, key, value };
}

function unreachable(answer: never): never {
  throw new Error(`unknown answer ${JSON.stringify(answer)}`);
}
