import type { ToxicType } from "./toxic.ts";
import { bandwidth } from "./toxics/bandwidth.ts";
import { latency } from "./toxics/latency.ts";
import { limitData } from "./toxics/limit-data.ts";
import { noop } from "./toxics/noop.ts";
import { packetLoss } from "./toxics/packet-loss.ts";
import { resetPeer } from "./toxics/reset-peer.ts";
import { slicer } from "./toxics/slicer.ts";
import { slowClose } from "./toxics/slow-close.ts";
import { timeout } from "./toxics/timeout.ts";

/** The toxics that every server knows. More are added by `startToxiproxy({ toxics })`. */
export const standardToxics: readonly ToxicType[] = [
  bandwidth,
  latency,
  limitData,
  noop,
  packetLoss,
  resetPeer,
  slicer,
  slowClose,
  timeout,
];

/** The toxics of one server, by type. */
export type ToxicRegistry = ReadonlyMap<string, ToxicType>;

export function toxicRegistry(additional: readonly ToxicType[] = []): ToxicRegistry {
  return new Map([...standardToxics, ...additional].map((toxic) => [toxic.type, toxic]));
}
