/** A timer of Node reaches no further than this, about 24.8 days. */
export const longestTimer = 2 ** 31 - 1;

/** One timer that can be started over. */
export class Countdown {
  readonly #action: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(action: () => void) {
    this.#action = action;
  }

  /** Calls the action in so many milliseconds, at most `longestTimer`; an earlier start is forgotten. */
  start(milliseconds: number): void {
    this.cancel();
    this.#timer = setTimeout(this.#action, Math.min(milliseconds, longestTimer));
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
