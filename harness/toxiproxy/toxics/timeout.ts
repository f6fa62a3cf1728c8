import { Countdown } from "../countdown.ts";
import type { ToxicType } from "../toxic.ts";

/**
 * Drops all data and closes the connection after `timeout` milliseconds without any; at 0 it stays open.
 * The data is lost for good, so that taking the toxic away closes the connection too.
 */
export const timeout: ToxicType<"timeout"> = {
  type: "timeout",
  goName: "TimeoutToxic",
  attributes: { timeout: { kind: "int64", initial: 0 } },
  closesOnRemoval: true,
  start({ timeout: milliseconds }, outlet) {
    const countdown = new Countdown(() => outlet.finish("close"));
    if (milliseconds > 0) countdown.start(milliseconds);
    return {
      chunk(chunk) {
        outlet.drop(chunk);
        if (milliseconds > 0) countdown.start(milliseconds);
      },
      end: (ending) => outlet.finish(ending),
      stop() {
        countdown.cancel();
        return [];
      },
    };
  },
};
