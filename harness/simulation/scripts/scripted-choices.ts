import type { Choices, ChoiceStreams } from "../choices.ts";

/**
 * The choices of a run whose steps are given: everything is simplest but the random numbers of the handler that runs, and
 * how many writes the crash that strikes loses.
 */
export class ScriptedChoices implements ChoiceStreams {
  readonly #choices: Choices = { choose: (bound, label) => this.#choose(bound, label) };
  #random: readonly number[] = [];
  #drawn = 0;
  #lost = 0;

  stream(): Choices {
    return this.#choices;
  }

  /** The random numbers of the handler that runs next. */
  handle(random: readonly number[]): void {
    this.#random = random;
    this.#drawn = 0;
  }

  /** How many of the writes that are not stable the next crash loses. */
  lose(writes: number): void {
    this.#lost = writes;
  }

  #choose(bound: number, label: string): number {
    const wanted =
      label === "random" ? (this.#random[this.#drawn++] ?? 0) : label === "writes lost" ? this.#lost : 0;
    return Math.min(wanted, bound - 1);
  }
}
