import { seededRandom, type Random } from "../../../workloads/random.ts";
import type { Choices, ChoiceStreams } from "../choices.ts";

/** Choices drawn at random: each stream a source of its own, split off the seed by its name. */
export class RandomChoices implements ChoiceStreams {
  readonly #root: Random;
  readonly #streams = new Map<string, Choices>();

  constructor(seed: string | number | bigint) {
    this.#root = seededRandom(seed);
  }

  stream(name: string): Choices {
    let stream = this.#streams.get(name);
    if (stream === undefined) this.#streams.set(name, (stream = new RandomStream(this.#root.split(name))));
    return stream;
  }
}

class RandomStream implements Choices {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  choose(bound: number): number {
    return this.#random.int(bound);
  }
}
