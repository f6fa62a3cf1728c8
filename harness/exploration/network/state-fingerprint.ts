import { joinedHigh, joinedLow } from "../fingerprint.ts";
import { placeOnLink } from "./in-flight.ts";
import type { NetworkState } from "./network-state.ts";

/** What the fingerprints of all states of a network have in common. */
export interface FingerprintSettings {
  /** How many renamings there are. */
  readonly count: number;
  /** Whether links keep the order, so that the places of messages matter. */
  readonly inOrder: boolean;
  /** By node, whether it may crash. */
  readonly mortal: readonly boolean[];
}

/**
 * The fingerprint of a state with its nodes named by renaming `i`: two words, `into`. Left out is what cannot
 * matter any more: timers when none may fire, storage of a node that cannot crash any more.
 */
export function fingerprintBy(
  { locals, messages, clients, left, begun, watch, past }: NetworkState,
  i: number,
  { count, inOrder, mortal }: FingerprintSettings,
  into: Uint32Array,
): void {
  let low = watch.words[i]!;
  let high = watch.words[count + i]!;
  for (let node = 0; node < locals.length; node++) {
    const local = locals[node]!;
    low = (low + local.words[i]!) | 0;
    high = (high + local.words[count + i]!) | 0;
    if (left.timers > 0) {
      low = (low + local.timerWords[i]!) | 0;
      high = (high + local.timerWords[count + i]!) | 0;
    }
    if (!local.up || (left.crashes > 0 && mortal[node] === true)) {
      low = (low + local.storageWords[i]!) | 0;
      high = (high + local.storageWords[count + i]!) | 0;
    }
  }
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at]!;
    let messageLow = message.words[i]!;
    let messageHigh = message.words[count + i]!;
    if (inOrder || message.from === message.to) {
      const place = placeOnLink(messages, at);
      messageLow = joinedLow(messageLow, messageHigh, place);
      messageHigh = joinedHigh(messageLow, messageHigh, place);
    }
    low = (low + messageLow) | 0;
    high = (high + messageHigh) | 0;
  }
  const faults = left.crashes + (left.losses << 8) + (left.duplicates << 16) + (begun << 24);
  low = joinedLow(low, high, left.timers);
  high = joinedHigh(low, high, faults);
  low = joinedLow(low, high, faults);
  for (const client of clients) {
    low = joinedLow(low, high, client);
    high = joinedHigh(low, high, client);
  }
  if (past !== undefined) {
    low = joinedLow(low, high, past.words[0]!);
    high = joinedHigh(low, high, past.words[1]!);
  }
  into[0] = low;
  into[1] = high;
}
