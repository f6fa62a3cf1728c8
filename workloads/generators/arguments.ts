import { GeneratorError } from "./answers.ts";

/** `count` if it is an integer of at least `minimum` (or Infinity); else an error that names the combinator. */
export function checkCount(name: string, count: number, minimum: number): number {
  if (count === Infinity || (Number.isSafeInteger(count) && count >= minimum)) return count;
  throw new GeneratorError([name], `expected an integer of at least ${minimum}, found ${count}`);
}

/** `duration` in whole nanoseconds if it is at least 0; else an error that names the combinator. */
export function checkDuration(name: string, duration: number): number {
  if (Number.isFinite(duration) && duration >= 0 && duration <= Number.MAX_SAFE_INTEGER)
    return Math.round(duration);
  throw new GeneratorError([name], `expected a duration of at least 0 ns, found ${duration}`);
}

/** Seconds in nanoseconds, the unit of all times. */
export function seconds(count: number): number {
  return Math.round(count * 1e9);
}

/** Milliseconds in nanoseconds. */
export function milliseconds(count: number): number {
  return Math.round(count * 1e6);
}
