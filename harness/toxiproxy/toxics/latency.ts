import { DelayLine } from "../delay-line.ts";
import type { ToxicType } from "../toxic.ts";

/**
 * Hands each chunk on `latency` ± `jitter` milliseconds after it arrived, never before an earlier one. It
 * takes in as much as 1024 of upstream's chunks, so that a long way does not become a narrow one.
 */
export const latency: ToxicType<"latency" | "jitter"> = {
  type: "latency",
  goName: "LatencyToxic",
  attributes: { latency: { kind: "int64", initial: 0 }, jitter: { kind: "int64", initial: 0 } },
  capacity: 1024 * 32 * 1024,
  start({ latency: milliseconds, jitter }, outlet) {
    const line = new DelayLine(outlet);
    let latest = 0;
    return {
      chunk(chunk) {
        const deviation = jitter > 0 ? outlet.random.int(Math.min(jitter * 2, 2 ** 53)) - jitter : 0;
        latest = Math.max(latest, chunk.time + Math.max(0, milliseconds + deviation));
        // Dated anew, so that a second latency adds to this one.
        line.add(chunk, latest, latest);
      },
      end: (ending) => line.end(ending, latest),
      stop: () => line.stop(),
    };
  },
};
