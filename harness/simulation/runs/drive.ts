import { Info, nemesis, operationTypes, type OperationDraft } from "../../../histories/operation.ts";
import type { Json } from "../../../histories/json.ts";
import type { Completion } from "../../../systems/contracts/client.ts";
import type { Dispatch } from "../../scheduler/scheduler.ts";
import type { SimulatedNemesis } from "../nemesis.ts";
import type { SimulatedWorld } from "../simulated-world.ts";
import type { OperationSource, ScriptedOperation } from "./script.ts";
import type { SimulatedClients } from "./simulated-clients.ts";

export interface DriveOptions {
  readonly world: SimulatedWorld;
  readonly source: OperationSource;
  readonly clients: SimulatedClients;
  readonly nemesis: SimulatedNemesis;
  /** Takes the events of the history in order. */
  readonly record: (event: OperationDraft) => void;
  /** Takes each operation as it begins, so that it can be done again. */
  readonly began?: (operation: ScriptedOperation) => void;
  /** How many events of the world may be taken. */
  readonly events: number;
}

/** How a run ended: its plan was carried out, or it took more events than it may. */
export type Ending = "done" | "too many events";

/**
 * Carries out operations in a simulated world until there are no more and none is open. What happens at one
 * moment happens in this order: events of the world, clients that give up, and then, once, new operations;
 * what is completed after that is told to the plan a moment later. So a script of operations with their
 * times repeats exactly what generators did.
 */
export function drive(options: DriveOptions): Ending {
  return new Drive(options).run();
}

class Drive {
  readonly #options: DriveOptions;
  /** When the plan wants to be asked next, in microseconds. */
  #until = 0;
  /** When it was asked last. */
  #asked = -1;

  constructor(options: DriveOptions) {
    this.#options = options;
  }

  run(): Ending {
    const { world, clients } = this.#options;
    for (;;) {
      const now = Math.min(world.due(), clients.due(), this.#until);
      if (now === Infinity) throw new Error("a simulated run waits for nothing");
      if (world.due() > now) world.passTo(now);
      if (!this.#takeEvents(now)) return "too many events";
      clients.giveUp();
      if (this.#until > now) continue;
      if (!this.#beginOperations(now)) return "done";
      if (!this.#takeEvents(now)) return "too many events";
    }
  }

  /** Takes all that is due by now; false when there is no end of it. */
  #takeEvents(now: number): boolean {
    const { world, events } = this.#options;
    while (world.due() <= now) {
      if (world.events >= events) return false;
      world.step();
    }
    return true;
  }

  /** Begins what the plan wants to begin now; false when it has ended. */
  #beginOperations(now: number): boolean {
    const { source } = this.#options;
    this.#asked = now;
    for (;;) {
      const step = source.next(now * 1000);
      switch (step.kind) {
        case "dispatch":
          this.#begin(step.operation, now);
          break;
        case "log":
          break;
        case "wait":
          this.#until = step.until === undefined ? Infinity : Math.ceil(step.until / 1000);
          return true;
        case "done":
          return false;
      }
    }
  }

  #begin(operation: Dispatch, at: number): void {
    const { clients, nemesis: doer, record, began } = this.#options;
    const { thread, process, f, key, value } = operation;
    began?.(key === undefined ? { at, thread, f, value } : { at, thread, f, key, value });
    if (thread === nemesis) {
      // Faults are `info` at both ends: they are no part of what the system promised.
      record(eventOf(operation, operationTypes[Info], value, at));
      this.#complete(operation, doer.perform(f, value));
      return;
    }
    const node = clients.node(thread);
    record(eventOf(operation, "invoke", value, at, node));
    const invocation = key === undefined ? { process, f, value } : { process, f, key, value };
    clients.invoke(thread, invocation, (completion) => this.#complete(operation, completion, node));
  }

  #complete(operation: Dispatch, completion: Completion, node?: string): void {
    const { world, source, record } = this.#options;
    const now = world.now();
    const { value } = source.complete(operation.thread, completion, now * 1000);
    const event = eventOf(operation, completion.type, value, now, node);
    record(completion.error === undefined ? event : { ...event, error: completion.error });
    this.#until = Math.min(this.#until, Math.max(now, this.#asked + 1));
  }
}

function eventOf(
  { process, f, key }: Dispatch,
  type: OperationDraft["type"],
  value: Json,
  at: number,
  node?: string,
): OperationDraft {
  return {
    time: at * 1000,
    process,
    type,
    f,
    ...(key === undefined ? {} : { key }),
    value,
    ...(node === undefined ? {} : { node }),
  };
}
