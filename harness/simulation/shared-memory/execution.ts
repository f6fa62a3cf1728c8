import type { Monitor, Occasion, Violation } from "../../../checkers/consensus/monitor.ts";
import type { Json, JsonObject } from "../../../histories/json.ts";
import type { SharedMemoryOptions } from "../../exploration/shared-memory/shared-memory-system.ts";

interface Watched {
  readonly monitor: Monitor;
  readonly memory: Json;
}

/**
 * One run of processes that share memory, step by step: whoever drives it says who is next. It is judged after each
 * step: by the monitors; no process that must be wait-free may wait or take more steps than are promised; and
 * not all that go on may wait for one another.
 */
export class SharedExecution {
  /** The steps taken, in words and as a script has them. */
  readonly words: string[] = [];
  readonly steps: JsonObject[] = [];
  /** Of each step, whose it was. */
  readonly order: number[] = [];
  violation: Violation | undefined;
  readonly locals: unknown[];
  readonly #options: SharedMemoryOptions;
  readonly #memory: unknown;
  readonly #taken: number[];
  readonly #stopped = new Set<number>();
  readonly #watched: readonly Watched[];
  /** Of the processes: p0, p1, … */
  readonly names: readonly string[];

  constructor(options: SharedMemoryOptions) {
    const { machine, inputs, monitors } = options;
    this.#options = options;
    this.names = inputs.map((_, process) => `p${process}`);
    this.#taken = inputs.map(() => 0);
    this.#memory = machine.memory(inputs.length);
    this.#watched = monitors.map((monitor) => ({ monitor, memory: monitor.begin(this.names) }));
    this.locals = inputs.map((input, process) => {
      const body = { type: "propose", key: "decision", value: input };
      for (const { monitor, memory } of this.#watched) monitor.asked?.(memory, this.names[process]!, body);
      return machine.begin(process, inputs.length, input);
    });
    for (const process of this.locals.keys()) this.#look(process, "start");
    this.#judge();
  }

  /** Processes that have not come to their ends, nor stopped. */
  going(): number[] {
    const { machine } = this.#options;
    return [...this.locals.keys()].filter(
      (process) => !machine.ended(this.locals[process]) && !this.#stopped.has(process),
    );
  }

  /** Those of them that need not wait. */
  runnable(): number[] {
    return this.going().filter((process) => !this.#waits(process));
  }

  /** Whether all have come to their ends, but for those that stopped. */
  get ended(): boolean {
    return this.going().length === 0;
  }

  /** A process takes its next step; `choose` lets its coins fall. */
  step(process: number, choose: (bound: number) => number): void {
    const { machine } = this.#options;
    const local = this.locals[process];
    const name = this.names[process]!;
    const draws: number[] = [];
    const upcoming = machine.upcoming(local);
    try {
      machine.step(this.#memory, local, (bound) => {
        const drawn = choose(bound);
        draws.push(drawn);
        return drawn;
      });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.violation = { property: "no-exception", nodes: [name], explanation: `${name} failed: ${why}` };
    }
    this.order.push(process);
    this.steps.push({ do: "step", process: name, ...(draws.length === 0 ? {} : { random: draws }) });
    this.words.push(`${name}: ${upcoming}${draws.length === 0 ? "" : `, drawing ${draws.join(", ")}`}`);
    this.#taken[process]!++;
    if (this.violation !== undefined) return;
    this.#look(process, "step");
    this.#judge();
  }

  /** A process stops for good. */
  stop(process: number): void {
    const name = this.names[process]!;
    this.#stopped.add(process);
    this.order.push(process);
    this.steps.push({ do: "stop", process: name });
    this.words.push(`${name} stops for good`);
    this.#judge();
  }

  #waits(process: number): boolean {
    return this.#options.machine.blocked?.(this.#memory, this.locals[process]) === true;
  }

  #look(process: number, occasion: Occasion): void {
    const view = this.#options.machine.view(this.#memory, this.locals[process]);
    for (const { monitor, memory } of this.#watched)
      this.violation ??= monitor.look(memory, this.names[process]!, view, occasion);
  }

  #judge(): void {
    this.violation ??= this.#tooLong() ?? this.#waiting();
  }

  #tooLong(): Violation | undefined {
    const { waitFree, stepBounds, machine } = this.#options;
    if (!waitFree || stepBounds === undefined) return undefined;
    const process = this.locals.findIndex(
      (local, each) => !machine.ended(local) && this.#taken[each]! >= stepBounds[each]!,
    );
    if (process === -1) return undefined;
    const name = this.names[process]!;
    return {
      property: "wait-freedom",
      nodes: [name],
      explanation: `${name} has taken ${this.#taken[process]} steps and has not come to its end; it promises to within ${stepBounds[process]}.`,
    };
  }

  #waiting(): Violation | undefined {
    const going = this.going();
    const waiting = going.filter((process) => this.#waits(process));
    const [first] = waiting;
    if (first === undefined) return undefined;
    const nodes = waiting.map((process) => this.names[process]!);
    if (this.#options.waitFree) {
      const what = this.#options.machine.upcoming(this.locals[first]);
      return {
        property: "wait-freedom",
        nodes,
        explanation: `${nodes.join(" and ")} cannot go on before others do: ${what}.`,
      };
    }
    if (this.#stopped.size > 0 || waiting.length < going.length) return undefined;
    return {
      property: "deadlock-freedom",
      nodes,
      explanation: `${nodes.join(" and ")} wait for each other, and nobody can go on.`,
    };
  }
}
