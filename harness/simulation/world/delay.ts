import type { Choices } from "../choices.ts";

/** How long something takes, in microseconds: a distribution. Plain data, so that a replay file can hold it. */
export type Delay =
  | { readonly kind: "constant"; readonly microseconds: number }
  /** Every whole number from `from` to `to`. */
  | { readonly kind: "uniform"; readonly from: number; readonly to: number }
  /** `from` and more: by `mean` more on average, exponentially distributed, by nine times that at most. */
  | { readonly kind: "exponential"; readonly from: number; readonly mean: number };

const buckets = 4096;

/**
 * The quantiles of the exponential distribution with mean 1 in the middle of each of 4096 equal parts:
 * −ln(1 − (i + ½)/4096), computed with the exact operations of IEEE 754 alone, since `Math.log` may differ
 * between engines.
 */
const quantiles = Float64Array.from({ length: buckets }, (_, i) =>
  negativeLogarithm(1 - (i + 0.5) / buckets),
);

/** A delay by one choice, the shorter the lower; a constant one by none. */
export function drawDelay(delay: Delay, choices: Choices, label: string): number {
  switch (delay.kind) {
    case "constant":
      return delay.microseconds;
    case "uniform":
      return delay.from + choices.choose(delay.to - delay.from + 1, label);
    case "exponential":
      return delay.from + Math.floor(delay.mean * (quantiles[choices.choose(buckets, label)] ?? 0));
  }
}

/** Throws unless a delay is whole microseconds, at least 0, and its ends are in order. */
export function checkDelay(delay: Delay, what: string): void {
  const numbers =
    delay.kind === "constant"
      ? [delay.microseconds]
      : delay.kind === "uniform"
        ? [delay.from, delay.to, delay.to - delay.from]
        : [delay.from, delay.mean];
  if (numbers.every((each) => Number.isSafeInteger(each) && each >= 0 && each < 2 ** 32)) return;
  throw new RangeError(`${what}: expected whole microseconds of 0..2^32−1, found ${JSON.stringify(delay)}`);
}

/** −ln x for 0 < x ≤ 1: halvings counted off, then 2·artanh((1−m)/(1+m)) as a power series. */
function negativeLogarithm(x: number): number {
  let mantissa = x;
  let halvings = 0;
  while (mantissa < 0.75) {
    mantissa *= 2;
    halvings++;
  }
  return halvings * series(1 / 2) + series(mantissa);
}

function series(mantissa: number): number {
  const ratio = (1 - mantissa) / (1 + mantissa);
  const square = ratio * ratio;
  let power = ratio;
  let sum = 0;
  for (let odd = 1; odd < 60; odd += 2) {
    sum += power / odd;
    power *= square;
  }
  return 2 * sum;
}
