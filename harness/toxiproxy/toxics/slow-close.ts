import { DelayLine } from "../delay-line.ts";
import type { ToxicType } from "../toxic.ts";

/** Passes data, and the end of the stream `delay` milliseconds late. */
export const slowClose: ToxicType<"delay"> = {
  type: "slow_close",
  goName: "SlowCloseToxic",
  attributes: { delay: { kind: "int64", initial: 0 } },
  start({ delay }, outlet) {
    const line = new DelayLine(outlet);
    return {
      chunk: (chunk) => outlet.pass(chunk),
      end: (ending) => line.end(ending, outlet.now() + delay),
      stop: () => line.stop(),
    };
  },
};
