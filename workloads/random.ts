import { UsageError } from "../histories/errors.ts";

/** The state of a source between two draws: four 32-bit words, not all zero. */
export type RandomState = readonly [number, number, number, number];

const golden = 0x9e3779b9;
const twoTo32 = 2 ** 32;

/**
 * A seeded, splittable source of random numbers: the same on every machine and in every version, which
 * golden vectors in its tests keep so. The algorithm is xoshiro128** (Blackman & Vigna 2018). Everything is
 * drawn with integers and IEEE 754's exact operations alone, since `Math.log` and its like may differ
 * between engines. A choice that is forced (one candidate, a chance of nothing or of everything) draws
 * nothing, so that a run has no more choices than it must.
 */
export class Random {
  readonly #seedLow: number;
  readonly #seedHigh: number;
  #a = 1;
  #b = 0;
  #c = 0;
  #d = 0;

  /** The source of a 64-bit seed, given as two 32-bit words. See `seededRandom` for other seeds. */
  constructor(seedLow: number, seedHigh: number) {
    this.#seedLow = seedLow >>> 0;
    this.#seedHigh = seedHigh >>> 0;
    this.rewind();
  }

  /** A uniform 32-bit unsigned integer. */
  next(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** A uniform integer in 0..bound−1, for a bound of 1..2^53; without bias, by rejection. */
  int(bound: number): number {
    if (!(Number.isSafeInteger(bound - 1) && bound >= 1)) {
      throw new RangeError(`a random integer needs a bound of 1..2^53, not ${bound}`);
    }
    if (bound === 1) return 0;
    if (bound <= twoTo32) {
      const excess = Math.clz32(bound - 1);
      for (;;) {
        const draw = this.next() >>> excess;
        if (draw < bound) return draw;
      }
    }
    const excess = Math.clz32(Math.floor((bound - 1) / twoTo32));
    for (;;) {
      const draw = (this.next() >>> excess) * twoTo32 + this.next();
      if (draw < bound) return draw;
    }
  }

  /** True with probability numerator/denominator; below 0 never, above 1 always. */
  chance(numerator: number, denominator: number): boolean {
    if (numerator <= 0) return false;
    if (numerator >= denominator) return true;
    return this.int(denominator) < numerator;
  }

  /** A uniform element. */
  pick<Element>(elements: readonly Element[]): Element {
    if (elements.length === 0) throw new RangeError("cannot pick from nothing");
    return elements[this.int(elements.length)] as Element;
  }

  /** The elements in a uniformly random order, in a new array (Fisher & Yates). */
  shuffle<Element>(elements: readonly Element[]): Element[] {
    const shuffled = elements.slice();
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const element = shuffled[i] as Element;
      shuffled[i] = shuffled[j] as Element;
      shuffled[j] = element;
    }
    return shuffled;
  }

  /** An index, with probability proportional to its weight; weights are non-negative integers, not all 0. */
  weighted(weights: readonly number[]): number {
    let total = 0;
    let candidates = 0;
    let last = -1;
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i] ?? 0;
      if (!(Number.isSafeInteger(weight) && weight >= 0)) {
        throw new RangeError(`a weight is a non-negative integer, not ${weight}`);
      }
      if (weight === 0) continue;
      total += weight;
      candidates++;
      last = i;
    }
    if (candidates === 0) throw new RangeError("cannot choose: no weight is above 0");
    if (candidates === 1) return last;
    let draw = this.int(total);
    for (let i = 0; i < last; i++) {
      draw -= weights[i] ?? 0;
      if (draw < 0) return i;
    }
    return last;
  }

  /**
   * A non-negative integer, exponentially distributed with this mean, rounded down. By von Neumann's
   * comparison method (1951), which needs no logarithm: a descending run of uniform draws of odd length
   * begins with a fraction that is distributed as the exponential's is.
   */
  exponential(mean: number): number {
    if (!(mean >= 0 && Number.isFinite(mean))) {
      throw new RangeError(`a mean is a finite number of at least 0, not ${mean}`);
    }
    if (mean === 0) return 0;
    for (let whole = 0; ; whole++) {
      const fraction = this.next();
      let previous = fraction;
      let length = 1;
      for (;;) {
        const draw = this.next();
        if (draw >= previous) break;
        previous = draw;
        length++;
      }
      if (length % 2 === 1) return Math.floor(mean * (whole + fraction / twoTo32));
    }
  }

  /**
   * An integer in 0..count−1 by Zipf's law: i with probability proportional to 1/(i+1). Exact, by rejection
   * from a uniform choice of octave and a uniform choice within it.
   */
  zipf(count: number): number {
    if (!(Number.isSafeInteger(count) && count >= 1 && count < 2 ** 31)) {
      throw new RangeError(`a Zipf distribution needs a count of 1..2^31−1, not ${count}`);
    }
    if (count === 1) return 0;
    const octaves = 32 - Math.clz32(count);
    for (;;) {
      const octave = 2 ** this.int(octaves);
      const rank = octave + this.int(octave);
      if (rank <= count && this.chance(octave, rank)) return rank - 1;
    }
  }

  /**
   * An independent source for the purpose that `label` names. It depends on the seed and the label alone,
   * neither on what was drawn nor on other splits, so that a new stream shifts no other.
   */
  split(label: string): Random {
    const low = hashText(label, this.#seedLow);
    const high = hashText(label, ~this.#seedHigh);
    return new Random(low ^ this.#seedHigh, high ^ this.#seedLow);
  }

  /**
   * Puts this source, in place and without allocation, at the beginning of its `step`-th substream
   * (0 is where it began): draws that depend on the seed and the step alone.
   */
  rewind(step = 0): void {
    // A Feistel network over the two words of the seed: four rounds to mix, two more for the other half.
    // Each is a bijection, so that at any one step different seeds have different states.
    const stepLow = step >>> 0;
    const stepHigh = (step / twoTo32) >>> 0;
    let low = this.#seedLow;
    let high = this.#seedHigh;
    high ^= mix32(low + golden + stepLow);
    low ^= mix32(high + Math.imul(golden, 2) + stepHigh);
    high ^= mix32(low + Math.imul(golden, 3) + stepLow);
    low ^= mix32(high + Math.imul(golden, 4) + stepHigh);
    this.#a = low;
    this.#b = high;
    high ^= mix32(low + Math.imul(golden, 5) + stepLow);
    low ^= mix32(high + Math.imul(golden, 6) + stepHigh);
    this.#c = low;
    this.#d = high;
    if ((this.#a | this.#b | this.#c | this.#d) === 0) this.#a = 1;
  }

  /** Where this source is; `restore` takes it back there. */
  state(): RandomState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }

  restore(state: RandomState): void {
    const [a, b, c, d] = state;
    if ((a | b | c | d) === 0) throw new RangeError("the state of a random source is not all zero");
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    this.#d = d | 0;
  }
}

/**
 * The source of a seed. A number, or text that is a decimal or `0x…` hexadecimal number below 2^64, is that
 * number ("7", "0x7" and 7 are one seed); any other text, such as a commit hash, is hashed.
 */
export function seededRandom(seed: string | number | bigint): Random {
  if (typeof seed === "number" && !(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new UsageError(`A seed is text or a non-negative integer, not ${seed}.`, "E_SEED");
  }
  if (typeof seed === "bigint" && seed < 0n) {
    throw new UsageError(`A seed is text or a non-negative integer, not ${seed}.`, "E_SEED");
  }
  const text = String(seed).trim();
  if (text === "") throw new UsageError("A seed is text or a non-negative integer, not empty.", "E_SEED");
  if (/^(\d{1,20}|0[xX][0-9a-fA-F]{1,16})$/.test(text)) {
    const number = BigInt(text);
    if (number < 2n ** 64n) {
      return new Random(Number(number & 0xffffffffn), Number(number >> 32n));
    }
  }
  return new Random(hashText(text, 0), hashText(text, golden));
}

/** The finaliser of splitmix32: a bijection of 32-bit words in which every bit moves half of all bits. */
function mix32(word: number): number {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}

/** FNV-1a over the UTF-16 code units of a text, begun at `salt` and finished by `mix32`. */
function hashText(text: string, salt: number): number {
  let hash = mix32(salt) ^ 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix32(hash ^ text.length);
}
