import type { Json, JsonObject } from "../../histories/json.ts";
import type { OperationDraft } from "../../histories/operation.ts";
import type { Completion } from "../../systems/contracts/client.ts";
import type { Thread } from "../../workloads/generators/generator.ts";
import { seconds } from "../../workloads/generators/arguments.ts";
import type { Plan } from "../../workloads/generators/plan.ts";
import type { Clock } from "./clock.ts";
import type { Dispatch, Scheduler } from "./scheduler.ts";

/** The effects of a run. */
export interface World {
  readonly clock: Clock;
  /** Does an operation. What it throws, and what never comes, is recorded as `info`. */
  invoke(operation: Dispatch): Promise<Completion>;
  /** Takes the next event of the history; times do not decrease. */
  record(event: OperationDraft): void;
  /** The node that a thread speaks to, where there is one. */
  node?(thread: Thread): string | undefined;
  /** Takes a message that the generator logs. */
  log?(message: string, time: number): void;
}

export interface InterpreterOptions {
  /** After so many nanoseconds a client's operation counts as `info`; 10 s unless given, Infinity for never. */
  readonly timeout?: number;
  /** The same for operations of the nemesis; never unless given. */
  readonly nemesisTimeout?: number;
  /** Ends the run early: nothing more of the plan is dispatched, `finalPlan` is carried out. */
  readonly signal?: AbortSignal;
  /** What is still done after an abort: the healing of all faults. */
  readonly finalPlan?: Plan;
  /** For how many nanoseconds after an abort open operations are waited for; 2 s unless given. */
  readonly grace?: number;
}

/** An operation that was started, and what it may still expect. */
interface InFlight {
  readonly operation: Dispatch;
  /** When it counts as `info`; Infinity: never. */
  deadline: number;
  overdue: Json;
}

/** The loop gives way to I/O at least this often, in nanoseconds, even if every client answers at once. */
const patience = 5_000_000;

/**
 * Carries out a scheduler's plan in real time and records it, until the plan has ended and every operation
 * is complete. An invocation is recorded before it is made and a completion after it is known, so that the
 * recorded intervals contain the real ones. What a client throws becomes `info`, with the error as
 * `{exception, message, code?}`; an overdue operation becomes `info` with the error `"timeout"`, or
 * `"interrupted"` after an abort, and what it answers later is ignored. Rejects when the generator or the
 * recorder fails: then open operations stay without a completion in the history.
 */
export async function interpret(
  scheduler: Scheduler,
  world: World,
  options: InterpreterOptions = {},
): Promise<void> {
  await new Interpreter(scheduler, world, options).run();
}

class Interpreter {
  readonly #scheduler: Scheduler;
  readonly #world: World;
  readonly #options: InterpreterOptions;
  /** By slot of the thread. */
  readonly #inFlight: (InFlight | undefined)[] = [];
  /** Answers that have come and are not recorded yet, in the order in which they came. */
  #answers: { readonly flight: InFlight; readonly completion: Completion }[] = [];
  #wake: (() => void) | undefined;
  #time = 0;
  #aborted = false;

  constructor(scheduler: Scheduler, world: World, options: InterpreterOptions) {
    this.#scheduler = scheduler;
    this.#world = world;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    const wake = (): void => this.#wake?.();
    signal?.addEventListener("abort", wake);
    try {
      await this.#loop();
    } finally {
      signal?.removeEventListener("abort", wake);
    }
  }

  async #loop(): Promise<void> {
    let gaveWay = this.#now();
    for (;;) {
      if (this.#options.signal?.aborted === true && !this.#aborted) this.#abort();
      this.#takeAnswers();
      this.#giveUpOverdue();
      const step = this.#scheduler.next(this.#now());
      switch (step.kind) {
        case "dispatch":
          this.#start(step.operation);
          break;
        case "log":
          this.#world.log?.(step.message, step.time);
          break;
        case "wait":
          if (this.#answers.length === 0) await this.#wait(step.until ?? Infinity);
          break;
        case "done":
          return;
        default:
          return unreachable(step);
      }
      if (this.#time - gaveWay > patience) {
        await new Promise(setImmediate);
        gaveWay = this.#now();
      }
    }
  }

  /** The clock's time in whole nanoseconds, never before one that was recorded. */
  #now(): number {
    this.#time = Math.max(this.#time, Math.floor(this.#world.clock.now()));
    return this.#time;
  }

  #start(operation: Dispatch): void {
    const { timeout = seconds(10), nemesisTimeout = Infinity } = this.#options;
    const limit = operation.thread === "nemesis" ? nemesisTimeout : timeout;
    const flight: InFlight = { operation, deadline: operation.time + limit, overdue: "timeout" };
    this.#inFlight[this.#slot(flight)] = flight;
    this.#world.record(this.#event(operation, "invoke", operation.value, operation.time));
    let answer: Promise<Completion>;
    try {
      answer = this.#world.invoke(operation);
    } catch (error) {
      this.#answer(flight, { type: "info", error: errorData(error) });
      return;
    }
    answer.then(
      (completion) => this.#answer(flight, checked(completion)),
      (error: unknown) => this.#answer(flight, { type: "info", error: errorData(error) }),
    );
  }

  #answer(flight: InFlight, completion: Completion): void {
    this.#answers.push({ flight, completion });
    this.#wake?.();
  }

  #takeAnswers(): void {
    if (this.#answers.length === 0) return;
    const answers = this.#answers;
    this.#answers = [];
    for (const { flight, completion } of answers) {
      // One that was given up before it answered has been recorded as info, and stays so.
      if (this.#inFlight[this.#slot(flight)] === flight) this.#complete(flight, completion);
    }
  }

  #complete(flight: InFlight, completion: Completion): void {
    const { thread } = flight.operation;
    this.#inFlight[this.#slot(flight)] = undefined;
    const completed = this.#scheduler.complete(thread, completion, this.#now());
    const event = this.#event(completed, completed.type, completed.value, completed.time);
    this.#world.record(completion.error === undefined ? event : { ...event, error: completion.error });
  }

  #event(operation: Dispatch, type: OperationDraft["type"], value: Json, time: number): OperationDraft {
    const { process, f, key, thread } = operation;
    const node = this.#world.node?.(thread);
    if (key === undefined) {
      return node === undefined ? { time, process, type, f, value } : { time, process, type, f, value, node };
    }
    return node === undefined
      ? { time, process, type, f, key, value }
      : { time, process, type, f, key, value, node };
  }

  #giveUpOverdue(): void {
    const now = this.#now();
    for (const flight of this.#inFlight) {
      if (flight !== undefined && flight.deadline <= now)
        this.#complete(flight, { type: "info", error: flight.overdue });
    }
  }

  #slot(flight: InFlight): number {
    return this.#scheduler.threads.slot(flight.operation.thread);
  }

  #abort(): void {
    this.#aborted = true;
    const { grace = seconds(2), finalPlan } = this.#options;
    const deadline = this.#now() + grace;
    for (const flight of this.#inFlight) {
      if (flight !== undefined && flight.deadline > deadline) {
        flight.deadline = deadline;
        flight.overdue = "interrupted";
      }
    }
    this.#scheduler.drain(finalPlan);
  }

  /** Waits for an answer, an abort, the next deadline, or `until`. */
  async #wait(until: number): Promise<void> {
    let time = until;
    for (const flight of this.#inFlight) {
      if (flight !== undefined && flight.deadline < time) time = flight.deadline;
    }
    let cancel: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (time < Infinity) cancel = this.#world.clock.at(time, resolve);
    });
    this.#wake = undefined;
    cancel?.();
  }
}

/** What was thrown, as data: the name of its class and its message. */
export function errorData(error: unknown): JsonObject {
  if (!(error instanceof Error)) return { exception: typeof error, message: String(error) };
  const { name, message } = error;
  const code: unknown = "code" in error ? error.code : undefined;
  return typeof code === "string" ? { exception: name, message, code } : { exception: name, message };
}

/** The completion if it is one; else an `info` that says so, since nobody knows what happened. */
function checked(completion: Completion): Completion {
  const given: unknown = completion;
  if (typeof given === "object" && given !== null && "type" in given) {
    if (given.type === "ok" || given.type === "fail" || given.type === "info") return completion;
  }
  return {
    type: "info",
    error: {
      exception: "TypeError",
      message: `expected a completion of type ok, fail or info, found ${JSON.stringify(given) ?? typeof given}`,
    },
  };
}

function unreachable(step: never): never {
  throw new Error(`unknown step ${JSON.stringify(step)}`);
}
