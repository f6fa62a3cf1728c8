/** How much separate code may still try, and whether it gave up anywhere for want of it. */
export class Effort {
  #left: number;
  #gaveUp = false;

  /** Steps, of which some sixty million take a second. */
  constructor(steps: number) {
    this.#left = steps;
  }

  get gaveUp(): boolean {
    return this.#gaveUp;
  }

  /** Spends steps; false, once there are none left. */
  spend(steps: number): boolean {
    this.#left -= steps;
    return this.#left > 0;
  }

  giveUp(): void {
    this.#gaveUp = true;
  }

  /** The same store, of which it is not known yet whether it was enough. */
  again(): Effort {
    this.#gaveUp = false;
    return this;
  }
}

/** Enough for one proof. */
export function effortForOne(): Effort {
  return new Effort(300_000_000);
}
