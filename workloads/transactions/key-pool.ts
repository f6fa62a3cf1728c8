import { UsageError } from "../../histories/errors.ts";
import type { Random } from "../random.ts";

/** How often each of the keys in use is chosen. */
export const keyDistributions = ["exponential", "zipf", "uniform"] as const;
export type KeyDistribution = (typeof keyDistributions)[number];

export interface KeyPoolOptions {
  /** Keys in use at any one time. */
  readonly keyCount: number;
  readonly keyDistribution: KeyDistribution;
  /** No key is written more often; each draws its own limit up to here, by Zipf's law. */
  readonly maxWritesPerKey: number;
}

interface Key {
  readonly key: number;
  readonly writes: number;
  /** How often it may be written. */
  readonly limit: number;
}

/**
 * The keys that transactions use, as a value: a key that was written as often as it may gives its place to a
 * fresh one, so that histories may be long and each key's part of them short. The first place is chosen most often, except
 * under the uniform distribution: twice as often as the second under the exponential one, and so on (Elle's, base 2).
 */
export class KeyPool {
  readonly #options: KeyPoolOptions;
  readonly #places: readonly Key[];
  readonly #nextKey: number;

  private constructor(options: KeyPoolOptions, places: readonly Key[], nextKey: number) {
    this.#options = options;
    this.#places = places;
    this.#nextKey = nextKey;
  }

  static fresh(options: KeyPoolOptions, random: Random): KeyPool {
    const places = Array.from({ length: options.keyCount }, (_, key) => newKey(key, options, random));
    return new KeyPool(options, places, options.keyCount);
  }

  /** A key by the pool's distribution. */
  choose(random: Random): number {
    return this.#places[this.#place(random)]?.key ?? 0;
  }

  /** A key to write, with a value that no other write of it has (1, 2, …), and the pool after it. */
  write(random: Random): { readonly key: number; readonly value: number; readonly pool: KeyPool } {
    const place = this.#place(random);
    const chosen = this.#places[place] ?? { key: 0, writes: 0, limit: 1 };
    const writes = chosen.writes + 1;
    const full = writes >= chosen.limit;
    const next = full ? newKey(this.#nextKey, this.#options, random) : { ...chosen, writes };
    const pool = new KeyPool(this.#options, this.#places.with(place, next), this.#nextKey + (full ? 1 : 0));
    return { key: chosen.key, value: writes, pool };
  }

  #place(random: Random): number {
    const { length } = this.#places;
    switch (this.#options.keyDistribution) {
      case "uniform":
        return random.int(length);
      case "zipf":
        return random.zipf(length);
      case "exponential":
        for (let place = 0; ; place = (place + 1) % length) if (random.chance(1, 2)) return place;
    }
  }
}

function newKey(key: number, { maxWritesPerKey }: KeyPoolOptions, random: Random): Key {
  return { key, writes: 0, limit: 1 + random.zipf(maxWritesPerKey) };
}

/** The distribution of that name; a usage error that lists them if there is none. */
export function keyDistribution(name: string): KeyDistribution {
  const found = keyDistributions.find((each) => each === name);
  if (found === undefined) {
    throw new UsageError(
      `There is no key distribution ${name}. There are: ${keyDistributions.join(", ")}.`,
      "E_KEY_DISTRIBUTION",
    );
  }
  return found;
}
