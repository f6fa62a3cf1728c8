import type { Monitor, Violation } from "../../../checkers/consensus/monitor.ts";
import type { Json, JsonObject } from "../../../histories/json.ts";
import type { StepMachine } from "../../../systems/contracts/shared-memory.ts";
import { copied, joinedHigh, joinedLow } from "../fingerprint.ts";
import { wordsOf } from "../network/local-state.ts";
import { Pool, type Fingerprinted } from "../network/pool.ts";
import { renamings } from "../network/renamings.ts";
import { Watches, type Watch } from "../network/watch.ts";
import type { ScriptedSystem } from "../script.ts";

/** The shared objects in one of their states; equal ones are the same object. */
interface Memory extends Fingerprinted {
  readonly number: number;
  readonly value: unknown;
}

/** A process in one of its states; equal ones are the same object. */
interface Local extends Fingerprinted {
  readonly number: number;
  readonly process: number;
  readonly value: unknown;
  readonly ended: boolean;
  /** By number of the memory, what its next step may lead to: one for each way that its coins may fall. */
  readonly steps: Map<number, readonly StepRun[]>;
  /** By number of the memory, whether its next step waits for others. */
  readonly blocked: Map<number, boolean>;
}

interface StepRun {
  readonly draws: readonly number[];
  readonly memory: Memory;
  readonly local: Local;
  readonly error?: string;
}

export interface SharedState {
  readonly memory: Memory;
  readonly locals: readonly Local[];
  /** By process, how many steps it has taken; counted where a bound is promised. */
  readonly taken: readonly number[];
  /** A bit for each process that has stopped for good. */
  readonly stopped: number;
  readonly stops: number;
  readonly watch: Watch;
}

export type SharedAction =
  | { readonly kind: "step"; readonly process: number; readonly run: StepRun }
  | { readonly kind: "stop"; readonly process: number };

export interface SharedMemoryOptions {
  readonly machine: StepMachine<unknown, unknown>;
  /** One a process. */
  readonly inputs: readonly Json[];
  /** How many processes may stop for good. */
  readonly stops: number;
  readonly monitors: readonly Monitor[];
  /** Whether each process must end by itself, whatever the others do. */
  readonly waitFree: boolean;
  /** Where processes may wait: whether never all that go on may wait for one another. */
  readonly deadlockFree: boolean;
  /** By process: within how many steps of its own; if absent, within finitely many. */
  readonly stepBounds?: readonly number[] | undefined;
}

const endlessRun: Violation = {
  property: "wait-freedom",
  nodes: [],
  explanation:
    "From here the last steps can go on for ever, in the same way again and again, and nobody comes to an end.",
};

/** So that the numbers of a process and of a memory make one. */
const manyMemories = 0x400_0000;

/**
 * Processes of a step machine as a transition system: any process that has not ended takes its next step, or
 * stops for good. A process whose next step waits for others takes none. Coins fall in all ways.
 *
 * Besides what the monitors see, where freedom from deadlock is promised no state may be at rest with a process that
 * waits for others, unless one has stopped; and where wait-freedom is, no process may ever wait, or take more steps than
 * promised.
 */
export class SharedMemorySystem implements ScriptedSystem<SharedState, SharedAction> {
  readonly #options: SharedMemoryOptions;
  readonly #processes: readonly string[];
  readonly #renamings = renamings([]);
  readonly #watches: Watches;
  readonly #memories = new Pool<Memory>();
  readonly #locals = new Pool<Local>();

  readonly endless?: Violation;

  constructor(options: SharedMemoryOptions) {
    this.#options = options;
    if (options.waitFree && options.stepBounds === undefined) this.endless = endlessRun;
    this.#processes = options.inputs.map((_, process) => `p${process}`);
    this.#watches = new Watches(options.monitors, this.#processes, this.#renamings);
  }

  initial(): SharedState[] {
    const { machine, inputs, stops } = this.#options;
    const memory = this.#memory(machine.memory(inputs.length));
    let watch = this.#watches.begin();
    const locals = inputs.map((input, process) => {
      watch = this.#watches.asked(watch, process, process, {
        type: "propose",
        key: "decision",
        value: input,
      });
      return this.#local(process, machine.begin(process, inputs.length, input));
    });
    for (const [process, local] of locals.entries())
      watch = this.#looked(watch, process, memory, local, "start");
    return [{ memory, locals, taken: inputs.map(() => 0), stopped: 0, stops, watch }];
  }

  actions(state: SharedState): SharedAction[] {
    const actions: SharedAction[] = [];
    if (state.watch.violation !== undefined) return actions;
    for (const [process, local] of state.locals.entries()) {
      if (local.ended || ((state.stopped >> process) & 1) === 1) continue;
      if (!this.#blocked(state.memory, local)) {
        for (const run of this.#steps(state.memory, local)) actions.push({ kind: "step", process, run });
      }
      if (state.stops > 0) actions.push({ kind: "stop", process });
    }
    return actions;
  }

  next(state: SharedState, action: SharedAction): SharedState {
    const { process } = action;
    if (action.kind === "stop") {
      return { ...state, stopped: state.stopped | (1 << process), stops: state.stops - 1 };
    }
    const { memory, local, error } = action.run;
    const counted = this.#options.stepBounds !== undefined;
    return {
      memory,
      locals: state.locals.with(process, local),
      taken: counted ? state.taken.with(process, state.taken[process]! + 1) : state.taken,
      stopped: state.stopped,
      stops: state.stops,
      watch:
        error === undefined
          ? this.#looked(state.watch, process, memory, local, "step")
          : this.#watches.violated({
              property: "no-exception",
              nodes: [this.#processes[process]!],
              explanation: `${this.#processes[process]} failed: ${error}`,
            }),
    };
  }

  violation(state: SharedState): Violation | undefined {
    return state.watch.violation ?? this.#tooLong(state) ?? this.#waiting(state);
  }

  /** All processes have ended, but for those that stopped. */
  good({ locals, stopped }: SharedState): boolean {
    return locals.every((local, process) => local.ended || ((stopped >> process) & 1) === 1);
  }

  fingerprint({ memory, locals, taken, stopped, stops, watch }: SharedState, into: Uint32Array): void {
    let low = memory.words[0]!;
    let high = memory.words[1]!;
    for (let process = 0; process < locals.length; process++) {
      const local = locals[process]!;
      const before = low;
      // A process that has ended does nothing any more.
      const steps = local.ended ? 0 : taken[process]!;
      low = joinedLow(low, high, local.words[0]! + steps);
      high = joinedHigh(before, high, local.words[1]! ^ steps);
    }
    into[0] = joinedLow(low, high, watch.words[0]! ^ (stopped << 8) ^ stops);
    into[1] = joinedHigh(low, high, watch.words[1]! + (stopped << 8) + stops);
  }

  describe({ locals }: SharedState, action: SharedAction): string {
    const name = this.#processes[action.process]!;
    if (action.kind === "stop") return `${name} stops for good`;
    const { draws } = action.run;
    const coins = draws.length === 0 ? "" : `, drawing ${draws.join(", ")}`;
    return `${name}: ${this.#options.machine.upcoming(locals[action.process]!.value)}${coins}`;
  }

  asData(_state: SharedState, action: SharedAction): JsonObject {
    const process = this.#processes[action.process]!;
    if (action.kind === "stop") return { do: "stop", process };
    const { draws } = action.run;
    return { do: "step", process, ...(draws.length === 0 ? {} : { random: draws }) };
  }

  #tooLong({ locals, taken }: SharedState): Violation | undefined {
    const { waitFree, stepBounds } = this.#options;
    if (!waitFree || stepBounds === undefined) return undefined;
    const process = locals.findIndex((local, each) => !local.ended && taken[each]! >= stepBounds[each]!);
    if (process === -1) return undefined;
    return {
      property: "wait-freedom",
      nodes: [this.#processes[process]!],
      explanation: `${this.#processes[process]} has taken ${taken[process]} steps and has not come to its end; it promises to within ${stepBounds[process]}.`,
    };
  }

  #waiting({ memory, locals, stopped }: SharedState): Violation | undefined {
    const going = [...locals.entries()].filter(
      ([process, local]) => !local.ended && ((stopped >> process) & 1) === 0,
    );
    const waiting = going.filter(([, local]) => this.#blocked(memory, local));
    const [first] = waiting;
    if (first === undefined) return undefined;
    const nodes = waiting.map(([process]) => this.#processes[process]!);
    if (this.#options.waitFree) {
      return {
        property: "wait-freedom",
        nodes,
        explanation: `${nodes.join(" and ")} cannot go on before others do: ${this.#options.machine.upcoming(first[1].value)}.`,
      };
    }
    if (!this.#options.deadlockFree || stopped !== 0 || waiting.length < going.length) return undefined;
    return {
      property: "deadlock-freedom",
      nodes,
      explanation: `${nodes.join(" and ")} wait for each other, and nobody can go on.`,
    };
  }

  #looked(watch: Watch, process: number, memory: Memory, local: Local, occasion: "start" | "step"): Watch {
    const number = local.number * manyMemories + memory.number;
    const view = this.#options.machine.view(memory.value, local.value);
    return this.#watches.looked(watch, process, number, view, occasion);
  }

  #blocked(memory: Memory, local: Local): boolean {
    const { machine } = this.#options;
    if (machine.blocked === undefined || local.ended) return false;
    let blocked = local.blocked.get(memory.number);
    if (blocked === undefined) {
      blocked = machine.blocked(memory.value, local.value);
      local.blocked.set(memory.number, blocked);
    }
    return blocked;
  }

  #steps(memory: Memory, local: Local): readonly StepRun[] {
    const known = local.steps.get(memory.number);
    if (known !== undefined) return known;
    const runs: StepRun[] = [];
    for (let draws: number[] | undefined = []; draws !== undefined;) {
      const taken: number[] = draws;
      const bounds: number[] = [];
      const nextMemory = copied(memory.value);
      const nextLocal = copied(local.value);
      let error: string | undefined;
      try {
        this.#options.machine.step(nextMemory, nextLocal, (bound) => {
          const position = bounds.push(bound) - 1;
          return (taken[position] ??= 0);
        });
      } catch (thrown) {
        error = thrown instanceof Error ? thrown.message : String(thrown);
      }
      runs.push({
        draws: taken,
        memory: this.#memory(nextMemory),
        local: this.#local(local.process, nextLocal),
        ...(error === undefined ? {} : { error }),
      });
      draws = after(taken, bounds);
    }
    local.steps.set(memory.number, runs);
    return runs;
  }

  #memory(value: unknown): Memory {
    return this.#memories.get(wordsOf(this.#renamings, value), (number) => ({
      number,
      value,
      words: wordsOf(this.#renamings, value),
    }));
  }

  #local(process: number, value: unknown): Local {
    const words = wordsOf(this.#renamings, [process, value]);
    return this.#locals.get(words, (number) => ({
      number,
      process,
      value,
      words,
      ended: this.#options.machine.ended(value),
      steps: new Map(),
      blocked: new Map(),
    }));
  }
}

/** The next draws in the order of an odometer; undefined after the last. */
function after(draws: readonly number[], bounds: readonly number[]): number[] | undefined {
  for (let i = bounds.length - 1; i >= 0; i--) {
    if (draws[i]! + 1 < bounds[i]!) return [...draws.slice(0, i), draws[i]! + 1];
  }
  return undefined;
}
