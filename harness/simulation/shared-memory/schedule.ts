import type { Choices, ChoiceStreams } from "../choices.ts";

/** How the order of processes' steps is drawn. */
export const schedules = ["uniform", "priorities"] as const;
export type Schedule = (typeof schedules)[number];

/** Says which of the processes that can take a step takes the next. */
export interface ProcessScheduler {
  pick(runnable: readonly number[]): number;
}

/** Each step is anybody's, with the same chance. */
export class UniformScheduler implements ProcessScheduler {
  readonly #choices: Choices;

  constructor(streams: ChoiceStreams) {
    this.#choices = streams.stream("schedule");
  }

  pick(runnable: readonly number[]): number {
    return runnable[this.#choices.choose(runnable.length, "process")]!;
  }
}

/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi & Nagarakatte, ASPLOS 2010): processes have priorities in an
 * order by chance, and who has the highest runs until it ends or waits. At `changes` steps by chance, among the first
 * `horizon`, whoever runs gets the lowest. A bug that takes d orders of steps to show is met with a chance of at least
 * 1/(n·k^(d−1)) for n processes and k steps, with d − 1 changes.
 */
export class PriorityScheduler implements ProcessScheduler {
  /** By process; the higher first. */
  readonly #priorities: number[];
  readonly #changes: ReadonlySet<number>;
  #lowest = 0;
  #steps = 0;

  constructor(streams: ChoiceStreams, processes: number, changes: number, horizon: number) {
    const choices = streams.stream("schedule");
    const order: number[] = [];
    for (let process = 0; process < processes; process++) {
      order.splice(choices.choose(process + 1, "priority"), 0, process);
    }
    this.#priorities = [];
    order.forEach((process, i) => (this.#priorities[process] = processes - i));
    this.#changes = new Set(Array.from({ length: changes }, () => choices.choose(horizon, "change")));
  }

  pick(runnable: readonly number[]): number {
    const highest = (): number =>
      runnable.reduce((best, process) =>
        this.#priorities[process]! > this.#priorities[best]! ? process : best,
      );
    if (this.#changes.has(this.#steps++)) this.#priorities[highest()] = --this.#lowest;
    return highest();
  }
}
