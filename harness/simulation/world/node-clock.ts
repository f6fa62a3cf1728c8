import type { Choices } from "../choices.ts";
import type { ClockSettings } from "./settings.ts";

/** What every clock shows, in milliseconds, when a run begins: no clock of a node shows less than nothing. */
export const clockEpoch = 1_000_000_000;

/** A node's own clock: true time, an offset, and a rate from some moment on. */
export class NodeClock {
  readonly #ownOffset: number;
  readonly #ownRate: number;
  #offset: number;
  #rate: number;
  /** Since when the rate holds, in microseconds of true time. */
  #since = 0;
  /** The furthest that it was off when the node looked, in milliseconds. */
  worst = 0;

  /** @param offset Milliseconds by which it is off from the start on. @param rate Seconds a true second. */
  constructor(offset: number, rate: number) {
    this.#ownOffset = this.#offset = offset;
    this.#ownRate = this.#rate = rate;
  }

  /** What it shows at a true time in microseconds: whole milliseconds. */
  read(now: number): number {
    const error = this.#offset + ((now - this.#since) * (this.#rate - 1)) / 1000;
    if (error > this.worst) this.worst = error;
    else if (-error > this.worst) this.worst = -error;
    return Math.floor(clockEpoch + now / 1000 + error);
  }

  set(now: number, offset: number, rate: number): void {
    this.#offset = offset;
    this.#rate = rate;
    this.#since = now;
  }

  /** Puts it right again, as right as it was at the start. */
  reset(now: number): void {
    this.set(now, this.#ownOffset, this.#ownRate);
  }
}

/** A clock that is off, and drifts, by no more than `settings` allow. */
export function drawClock({ offset, drift }: ClockSettings, choices: Choices): NodeClock {
  const perMillion = zigzag(choices.choose(2 * drift + 1, "drift"));
  return new NodeClock(zigzag(choices.choose(2 * offset + 1, "offset")), 1 + perMillion / 1e6);
}

/** 0, 1, −1, 2, −2, …: so that the simplest choice is none off. */
function zigzag(choice: number): number {
  return choice % 2 === 1 ? (choice + 1) / 2 : -choice / 2 || 0;
}
