/** Time as the interpreter sees it: nanoseconds since the start of the run, on a monotonic clock. */
export interface Clock {
  now(): number;
  /** Calls `wake` once, at `time` or soon after, never within this call; the function returned revokes that. */
  at(time: number, wake: () => void): () => void;
}

/** What is this near (in nanoseconds) is waited for by polling between I/O, since timers count milliseconds. */
const near = 100_000;

/** The machine's monotonic clock, begun now. Wakes at most about a millisecond late when the machine is idle. */
export function monotonicClock(): Clock {
  const start = performance.now();
  const now = (): number => Math.round((performance.now() - start) * 1e6);
  return {
    now,
    at(time, wake) {
      let cancel: (() => void) | undefined;
      const wait = (): void => {
        const left = time - now();
        if (left <= near) {
          const immediate = setImmediate(() => (now() >= time ? wake() : wait()));
          cancel = () => clearImmediate(immediate);
        } else {
          // Timers take no more than 2^31 − 1 ms; a longer wait goes on when that is over.
          const timer = setTimeout(wait, Math.min(Math.max(1, Math.floor(left / 1e6)), 2 ** 31 - 1));
          cancel = () => clearTimeout(timer);
        }
      };
      wait();
      return () => cancel?.();
    },
  };
}
