import { nemesis, type ProcessId } from "../../../histories/operation.ts";
import type { Json } from "../../../histories/json.ts";
import type { Thread } from "../../../workloads/generators/generator.ts";
import type { Completed, Dispatch, Outcome, Scheduler, Step } from "../../scheduler/scheduler.ts";

/** One operation of a run, of a client or of the nemesis, and when it is to begin. */
export interface ScriptedOperation {
  /** Microseconds since the start of the run. */
  readonly at: number;
  readonly thread: Thread;
  readonly f: string;
  readonly key?: Json;
  readonly value: Json;
}

/** Everything that is done to the system in a run, in order. */
export type Script = readonly ScriptedOperation[];

/** Where operations come from: the scheduler's generators, or a script that they once made. Times are nanoseconds. */
export type OperationSource = Pick<Scheduler, "next" | "complete">;

/**
 * Operations by a script: each at its time, or as soon after it as its thread has finished the one before. So
 * in a run that is otherwise the same every operation is where it was.
 */
export class ScriptSource implements OperationSource {
  readonly #script: Script;
  readonly #concurrency: number;
  readonly #until: number;
  #position = 0;
  /** Operations whose time has come and whose threads were busy. */
  #waiting: ScriptedOperation[] = [];
  readonly #open = new Map<Thread, Dispatch>();
  readonly #processes = new Map<Thread, number>();

  /**
   * @param concurrency Client threads; process numbers go up by so many, as with a scheduler.
   * @param until Microseconds at which the run ends at the earliest.
   */
  constructor(script: Script, concurrency: number, until = 0) {
    this.#script = script;
    this.#until = until;
    this.#concurrency = concurrency;
  }

  next(time: number): Step {
    for (; this.#position < this.#script.length; this.#position++) {
      const operation = this.#script[this.#position];
      if (operation === undefined || operation.at * 1000 > time) break;
      this.#waiting.push(operation);
    }
    const busy = new Set<Thread>();
    for (const [i, { thread, f, key, value }] of this.#waiting.entries()) {
      if (this.#open.has(thread) || busy.has(thread)) {
        busy.add(thread);
        continue;
      }
      this.#waiting.splice(i, 1);
      const process = this.#process(thread);
      const operation: Dispatch =
        key === undefined ? { thread, process, f, value, time } : { thread, process, f, key, value, time };
      this.#open.set(thread, operation);
      return { kind: "dispatch", operation };
    }
    const until = this.#script[this.#position]?.at ?? this.#until;
    if (until * 1000 > time) return { kind: "wait", until: until * 1000 };
    return this.#waiting.length > 0 || this.#open.size > 0 ? { kind: "wait" } : { kind: "done" };
  }

  complete(thread: Thread, { type, value, endProcess }: Outcome, time: number): Completed {
    const operation = this.#open.get(thread);
    if (operation === undefined) throw new RangeError(`no operation is open on thread ${thread}`);
    this.#open.delete(thread);
    const retired = typeof thread === "number" && (type === "info" || endProcess === true);
    if (retired) this.#processes.set(thread, Number(this.#process(thread)) + this.#concurrency);
    return { ...operation, time, type, retired, value: value ?? operation.value };
  }

  #process(thread: Thread): ProcessId {
    return thread === nemesis ? nemesis : (this.#processes.get(thread) ?? thread);
  }
}
