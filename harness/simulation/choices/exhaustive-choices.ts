import type { Choices, ChoiceStreams } from "../choices.ts";
import { checkedBound } from "./choice-record.ts";

/**
 * Tries all choices, one run after another, as an odometer counts: the first run chooses 0 everywhere, and
 * `next` raises the last choice that can be raised. So whatever can be run at random can be run
 * exhaustively. All streams count on one odometer, in the order in which they are asked.
 *
 *     const choices = new ExhaustiveChoices();
 *     do run(choices); while (choices.next());
 */
export class ExhaustiveChoices implements ChoiceStreams, Choices {
  /** Runs so far, the present one included. */
  runs = 1;
  /** Whether some run had more choices than `depth`, so that not all was tried. */
  truncated = false;
  readonly #depth: number;
  readonly #values: number[] = [];
  readonly #bounds: number[] = [];
  #position = 0;

  /** @param depth Only the first so many choices of a run vary; those after them are 0. */
  constructor(depth = Infinity) {
    this.#depth = depth;
  }

  stream(): Choices {
    return this;
  }

  choose(bound: number, label: string): number {
    if (checkedBound(bound, label) === 1) return 0;
    const position = this.#position++;
    if (position >= this.#depth) {
      this.truncated = true;
      return 0;
    }
    if (position === this.#values.length) {
      this.#values.push(0);
      this.#bounds.push(bound);
    } else if (this.#bounds[position] !== bound) {
      throw new Error(
        `not a function of its choices: choice ${position} (${label}) is below ${bound}, in an earlier run below ${this.#bounds[position]}`,
      );
    }
    return this.#values[position] ?? 0;
  }

  /** Goes on to the next run; false when all were tried. */
  next(): boolean {
    if (this.#position < this.#values.length) {
      throw new Error(
        `not a function of its choices: an earlier run made more than ${this.#position} choices`,
      );
    }
    this.#position = 0;
    for (let last = this.#values.length - 1; last >= 0; last--) {
      const raised = (this.#values[last] ?? 0) + 1;
      if (raised < (this.#bounds[last] ?? 0)) {
        this.#values[last] = raised;
        this.runs++;
        return true;
      }
      this.#values.pop();
      this.#bounds.pop();
    }
    return false;
  }
}
