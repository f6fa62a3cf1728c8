import type { ToxicType } from "../toxic.ts";

/**
 * Drops whole chunks with probability `loss_rate`, and `correlation` more after a dropped one. TCP does not
 * repeat what is lost here: the bytes are missing from the stream.
 */
export const packetLoss: ToxicType<"loss_rate" | "correlation"> = {
  type: "packet_loss",
  goName: "PacketLossToxic",
  attributes: {
    loss_rate: { kind: "float64", initial: 0.1 },
    correlation: { kind: "float64", initial: 0 },
  },
  start({ loss_rate: rate, correlation }, outlet) {
    let previousLost = false;
    return {
      chunk(chunk) {
        const probability = rate + (previousLost ? correlation : 0);
        previousLost = outlet.random.next() / 2 ** 32 < probability;
        if (previousLost) outlet.drop(chunk);
        else outlet.pass(chunk);
      },
      end: (ending) => outlet.finish(ending),
      stop: () => [],
    };
  },
};
