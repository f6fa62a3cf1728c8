import { Countdown } from "../countdown.ts";
import type { ToxicType } from "../toxic.ts";

/** `timeout` milliseconds after the first data, or the end of the stream, resets both sides. Data is dropped. */
export const resetPeer: ToxicType<"timeout"> = {
  type: "reset_peer",
  goName: "ResetToxic",
  attributes: { timeout: { kind: "int64", initial: 0 } },
  start({ timeout }, outlet) {
    const countdown = new Countdown(() => outlet.reset());
    let counting = false;
    const begin = (): void => {
      if (counting) return;
      counting = true;
      if (timeout > 0) countdown.start(timeout);
      else outlet.reset();
    };
    return {
      chunk(chunk) {
        outlet.drop(chunk);
        begin();
      },
      end: begin,
      stop() {
        countdown.cancel();
        return [];
      },
    };
  },
};
