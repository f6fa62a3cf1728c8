import type { CompletionType, ProcessId } from "../../histories/operation.ts";
import type { Json } from "../../histories/json.ts";
import type { Plan } from "../../workloads/generators/plan.ts";
import type { Thread } from "../../workloads/generators/generator.ts";
import { Scheduler, type Dispatch, type SchedulerOptions } from "./scheduler.ts";

/** One event of a simulated schedule. */
export interface ScheduledEvent {
  readonly time: number;
  readonly thread: Thread;
  readonly process: ProcessId;
  readonly type: "invoke" | CompletionType;
  readonly f: string;
  readonly key?: Json;
  readonly value: Json;
}

/** How a simulated system ends an operation, and how many nanoseconds that takes. */
export interface SimulatedOutcome {
  readonly type: CompletionType;
  readonly latency: number;
  /** The value of the completion, if it is not that of the invocation. */
  readonly value?: Json;
}

/** A simulated system: the outcome of the `count`-th operation (from 0). */
export type SimulatedSystem = (operation: Dispatch, count: number) => SimulatedOutcome;

/** Everything is ok at once. */
export const quick: SimulatedSystem = () => ({ type: "ok", latency: 0 });

/** Everything is ok after 10 ns. */
export const perfect: SimulatedSystem = () => ({ type: "ok", latency: 10 });

/** Nobody ever knows, after 10 ns: every operation ends its process. */
export const perfectInfo: SimulatedSystem = () => ({ type: "info", latency: 10 });

/** On each thread ok, info and fail in turn, after 10, 20 and 30 ns. */
export function imperfect(): SimulatedSystem {
  const turns = new Map<Thread, number>();
  const outcomes = [
    { type: "ok", latency: 10 },
    { type: "info", latency: 20 },
    { type: "fail", latency: 30 },
  ] as const;
  return ({ thread }) => {
    const turn = turns.get(thread) ?? 0;
    turns.set(thread, (turn + 1) % outcomes.length);
    return outcomes[turn] ?? outcomes[0];
  };
}

export interface SimulationOptions extends Omit<SchedulerOptions, "generator" | "seed" | "concurrency"> {
  /** 2 unless given. */
  readonly concurrency?: number;
  /** "45100" unless given. */
  readonly seed?: string | number | bigint;
  /** `perfect` unless given. */
  readonly system?: SimulatedSystem;
  /** After so many operations the plan is given up, so that endless plans can be watched; 1000 unless given. */
  readonly operations?: number;
}

/** What a plan did in simulated time. */
export interface Schedule {
  readonly events: readonly ScheduledEvent[];
  readonly logs: readonly { readonly time: number; readonly message: string }[];
  /** When it ended. */
  readonly end: number;
}

/**
 * Carries a plan out against a simulated system in virtual time: what schedule does it make? Completions
 * of equal time come in the order of their invocations, and before new operations of that time.
 */
export function simulate(plan: Plan, options: SimulationOptions = {}): Schedule {
  const { system = perfect, operations = 1000, seed = "45100", concurrency = 2 } = options;
  const scheduler = new Scheduler({ ...options, generator: plan, concurrency, seed });
  const events: ScheduledEvent[] = [];
  const logs: { time: number; message: string }[] = [];
  /** Open operations by time of completion. */
  const open: {
    readonly due: number;
    readonly thread: Thread;
    readonly completion: Omit<SimulatedOutcome, "latency">;
  }[] = [];
  let time = 0;
  let count = 0;
  for (;;) {
    while (open[0] !== undefined && open[0].due <= time) {
      const { thread, completion } = open[0];
      open.shift();
      events.push(shown(scheduler.complete(thread, completion, time), completion.type));
    }
    const step = scheduler.next(time);
    switch (step.kind) {
      case "dispatch": {
        const { operation } = step;
        events.push(shown(operation, "invoke"));
        const { latency, ...completion } = system(operation, count++);
        const entry = { due: time + latency, thread: operation.thread, completion };
        const position = open.findIndex(({ due }) => due > entry.due);
        open.splice(position < 0 ? open.length : position, 0, entry);
        if (count >= operations) scheduler.drain();
        break;
      }
      case "log":
        logs.push({ time: step.time, message: step.message });
        break;
      case "wait":
        time = Math.min(open[0]?.due ?? Infinity, step.until ?? Infinity);
        break;
      case "done":
        return { events, logs, end: time };
    }
  }
}

function shown(operation: Dispatch, type: ScheduledEvent["type"]): ScheduledEvent {
  const { time, thread, process, f, key, value } = operation;
  return { time, thread, process, type, f, ...(key === undefined ? {} : { key }), value };
}
