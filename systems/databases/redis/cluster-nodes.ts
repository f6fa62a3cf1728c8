import type { Address } from "../../contracts/system.ts";

/** What a member of a cluster knows of one, itself or another (Redis manual, CLUSTER NODES). */
export interface Known {
  /** Forty digits that it has drawn when it first started. */
  readonly name: string;
  readonly address: Address;
  /** It is the one that was asked. */
  readonly self: boolean;
  /** It has not said yet who it is. */
  readonly handshake: boolean;
  /** It has not been heard of, by the one that was asked or by most. */
  readonly failing: boolean;
  /** It has slots, so it is a primary. */
  readonly serves: boolean;
  /** The name of its primary; undefined if it is no replica. */
  readonly follows: string | undefined;
}

/** The answer to CLUSTER NODES, a line each: name, address, flags, primary, times of ping and pong, epoch, link, slots. */
export function knownIn(answer: string): readonly Known[] {
  return answer
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [name = "", addresses = "", flags = "", primary = "-", , , , , ...slots] = line.split(" ");
      // "127.0.0.1:30001@31001,hostname"
      const [address = ""] = addresses.split("@");
      const colon = address.lastIndexOf(":");
      const all = flags.split(",");
      return {
        name,
        address: { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) },
        self: all.includes("myself"),
        handshake: all.includes("handshake"),
        failing: all.includes("fail") || all.includes("fail?"),
        // A slot on its way from one to another stands in brackets.
        serves: slots.some((slot) => !slot.startsWith("[")),
        follows: all.includes("slave") && primary !== "-" ? primary : undefined,
      };
    });
}
