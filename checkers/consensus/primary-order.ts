import { inWords, type Json } from "../../histories/json.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { eachPlace, type Cursors } from "./sweep.ts";
import { believeNothing, kept, stillSame } from "./values.ts";
import type { ConsensusView, LogView } from "./view.ts";

/** What one primary has broadcast: values in their slots from `first` on. */
type Broadcast = {
  readonly ballot: number;
  readonly primary: string;
  readonly first: number;
  readonly values: Json[];
  /** The primary crashed, perhaps while it broadcast more that it never came to show. */
  cut: boolean;
};

type Memory = {
  /** By ballot in order: as far as the log of its primary showed it. */
  readonly broadcasts: Broadcast[];
  readonly delivered: Cursors;
};

/**
 * Primary order (Junqueira, Reed & Serafini 2011), as logs show it. Local primary order: what is committed of a primary's
 * broadcasts is in the order in which it made them, without a gap. Global primary order: what an earlier primary broadcast
 * is delivered before what a later one did. Primary integrity: a primary broadcasts only after it has delivered whatever
 * is ever delivered of earlier ones, so nothing of theirs is committed behind its first broadcast.
 */
export const primaryOrder: Monitor<Memory> = {
  name: "primary-order",
  summary: "broadcasts are delivered in the order of their primaries, and of each in its own order (Zab)",
  begin: () => ({ broadcasts: [], delivered: {} }),
  crashed({ broadcasts }, node) {
    for (const broadcast of broadcasts) if (broadcast.primary === node) broadcast.cut = true;
  },
  look(memory, node, view, occasion) {
    if (occasion !== "step") delete memory.delivered[node];
    return lookAt(memory, node, view);
  },
  finish(memory, node, view) {
    believeNothing();
    delete memory.delivered[node];
    return lookAt(memory, node, view);
  },
};

function lookAt(memory: Memory, node: string, { log, leads }: ConsensusView): Violation | undefined {
  if (log === undefined) return undefined;
  if (leads !== undefined && leads !== null) addBroadcasts(memory, node, log, leads);
  const end = Math.min(log.committed, log.first + log.entries.length);
  return eachPlace(memory.delivered, node, log.first, end, (slot) => judge(memory, node, log, slot));
}

/** The entries of its own ballot in a primary's log are what it has broadcast; they are the last ones there. */
function addBroadcasts(
  { broadcasts }: Memory,
  primary: string,
  { first, entries }: LogView,
  ballot: number,
): void {
  let start = entries.length;
  const found = broadcasts.find((one) => one.ballot === ballot);
  const known = found === undefined ? 0 : found.first + found.values.length - first;
  while (start > known && entries[start - 1]?.ballot === ballot) start--;
  if (start === entries.length) return;
  const broadcast = found ?? { ballot, primary, first: first + start, values: [], cut: false };
  if (found === undefined) {
    broadcasts.push(broadcast);
    broadcasts.sort((a, b) => a.ballot - b.ballot);
  }
  for (let i = start; i < entries.length; i++) broadcast.values.push(kept(entries[i]!.value));
}

function judge({ broadcasts }: Memory, node: string, log: LogView, slot: number): Violation | undefined {
  const entry = log.entries[slot - log.first];
  if (entry === null || entry === undefined) return undefined;
  const { ballot, value } = entry;
  const violation = (why: string): Violation => ({
    property: "primary-order",
    nodes: [node],
    explanation: `${node} delivered ${inWords(value)} of ballot ${ballot} in slot ${slot}${why}`,
    evidence: { slot, ballot, value: kept(value) },
  });
  const previous = log.entries[slot - log.first - 1];
  if (previous !== null && previous !== undefined && previous.ballot > ballot)
    return violation(
      `, after something of the later ballot ${previous.ballot}: global primary order is broken.`,
    );
  for (let i = broadcasts.length - 1; i >= 0; i--) {
    const broadcast = broadcasts[i]!;
    if (broadcast.ballot < ballot) break;
    if (broadcast.ballot > ballot) {
      if (slot >= broadcast.first)
        return violation(
          `, where the primary of ballot ${broadcast.ballot} had already begun to broadcast, in slot ${broadcast.first}: it had not delivered this before, so primary integrity is broken.`,
        );
      continue;
    }
    if (broadcast.cut && slot === broadcast.first + broadcast.values.length) {
      broadcast.values.push(kept(value));
      continue;
    }
    const sent = slot < broadcast.first ? undefined : broadcast.values[slot - broadcast.first];
    if (sent === undefined || !stillSame(sent, value))
      return violation(
        `; its primary had ${sent === undefined ? "nothing" : inWords(sent)} there: local primary order is broken.`,
      );
  }
  return undefined;
}
