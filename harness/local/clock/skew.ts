/**
 * What a wall clock shows, in milliseconds since 1970: at the true time `since` it is off by `offset`, from then on it runs at `rate`, and in every
 * second `period` it shows `swing` more. A period of 0 is none.
 */
export interface Skew {
  readonly since: number;
  readonly offset: number;
  readonly rate: number;
  readonly swing: number;
  readonly period: number;
}

export const noSkew: Skew = { since: 0, offset: 0, rate: 1, swing: 0, period: 0 };

/** Whether a clock is right. */
export function isRight({ offset, rate, period }: Skew): boolean {
  return offset === 0 && rate === 1 && period === 0;
}

/** What the clock shows at the true time `now`, without its swing. */
export function shownAt({ since, offset, rate }: Skew, now: number): number {
  return since + offset + (now - since) * rate;
}

/** In which of its swings the clock is at the true time `now`. */
function swingsOnAt({ since, period }: Skew, now: number): boolean {
  return period > 0 && Math.trunc((now - since) / period) % 2 !== 0;
}

/** A look at a clock: the true times before and after, between which it showed `shown`. */
export interface ClockReading {
  readonly asked: number;
  readonly shown: number;
  readonly answered: number;
}

/** How a reading contradicts a skew, in words; undefined if it does not. The clock may be off by `tolerance` milliseconds. */
export function contradiction(skew: Skew, reading: ClockReading, tolerance: number): string | undefined {
  const { asked, shown, answered } = reading;
  const from = shownAt(skew, asked) - tolerance;
  const to = shownAt(skew, answered) + tolerance;
  const phases = [swingsOnAt(skew, asked), swingsOnAt(skew, answered)];
  // In an answer that took long there may have been both.
  const both = skew.period > 0 && answered - asked + 2 * tolerance >= distanceToEdge(skew, asked);
  const fits = (swing: number): boolean => shown >= from + swing && shown <= to + swing;
  if ((both || !phases.every(Boolean)) && fits(0)) return undefined;
  if ((both || phases.some(Boolean)) && fits(skew.swing)) return undefined;
  const expected = Math.round(shownAt(skew, asked) - asked);
  const swinging = skew.period > 0 ? `, or by ${Math.round(skew.swing)} ms more,` : "";
  return `to be off by ${expected} ms${swinging} but it is off by ${Math.round(shown - asked)} ms`;
}

/** How long until the clock swings next, or how short ago it did, if that is less. */
function distanceToEdge({ since, period }: Skew, now: number): number {
  const within = (now - since) % period;
  return Math.min(within, period - within);
}
