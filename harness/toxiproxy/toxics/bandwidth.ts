import { DelayLine } from "../delay-line.ts";
import type { ToxicType } from "../toxic.ts";

/** Longer chunks are handed on in slices of what the rate lets through in this many milliseconds. */
const sliceMilliseconds = 100;

/** Lets through at most `rate` kilobytes (1000 bytes) a second; at 0 the data stands still. */
export const bandwidth: ToxicType<"rate"> = {
  type: "bandwidth",
  goName: "BandwidthToxic",
  attributes: { rate: { kind: "int64", initial: 0 } },
  refuse: ({ rate }) => (rate < 0 ? `rate must not be negative, found ${rate}` : undefined),
  start({ rate }, outlet) {
    const line = new DelayLine(outlet);
    let free = 0;
    return {
      chunk(chunk) {
        if (rate === 0) {
          free = Infinity;
          line.add(chunk, free);
          return;
        }
        free = Math.max(free, outlet.now());
        const sliceLength = rate * sliceMilliseconds;
        for (let start = 0; start < chunk.data.length; start += sliceLength) {
          const data = chunk.data.subarray(start, start + sliceLength);
          free += data.length / rate;
          line.add({ data, time: chunk.time }, free);
        }
      },
      end: (ending) => line.end(ending, free),
      stop: () => line.stop(),
    };
  },
};
