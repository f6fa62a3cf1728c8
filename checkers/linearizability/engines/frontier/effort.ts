/** What may be spent; nothing limits it unless given. */
export interface EffortLimits {
  readonly steps?: number;
  readonly bytes?: number;
  readonly expired?: () => boolean;
}

/** Steps after which budgets are asked again. */
const StepsBetweenChecks = 1 << 12;

/** What was spent, and whether a budget ended. */
export class Effort {
  steps = 0;
  /** Whether configurations were dropped for want of room. */
  truncated = false;
  readonly #limits: EffortLimits;
  readonly #words: () => number;
  #nextCheck = 0;
  #stopped: "steps" | "seconds" | "bytes" | undefined;

  /** `words`: how many 32-bit words are held. */
  constructor(limits: EffortLimits, words: () => number) {
    this.#limits = limits;
    this.#words = words;
  }

  get stopped(): "steps" | "seconds" | "bytes" | undefined {
    return this.#stopped;
  }

  /** Whether a budget ended; asks now and then. */
  isSpent(): boolean {
    if (this.steps < this.#nextCheck) return this.#stopped !== undefined;
    const { steps = Infinity, bytes = Infinity, expired } = this.#limits;
    this.#nextCheck = Math.min(this.steps + StepsBetweenChecks, steps + 1);
    if (this.steps > steps) this.#stopped = "steps";
    else if (4 * this.#words() > bytes) this.#stopped = "bytes";
    else if (expired?.() === true) this.#stopped = "seconds";
    return this.#stopped !== undefined;
  }
}
