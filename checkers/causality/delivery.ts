import { inWords } from "../../histories/json.ts";
import type { EventTrace } from "../../histories/event-trace.ts";
import { Contradictions } from "../simple/contradictions.ts";
import type { Verdict } from "../verdict.ts";
import { causalOrder, causesOf } from "./happens-before.ts";
import { eventNamed } from "./names.ts";

/** Whether a trace tells what was delivered of broadcasts. */
export function tellsDeliveries({ delivers }: EventTrace): boolean {
  return delivers.some((message) => message >= 0);
}

/**
 * Causal broadcast (Birman, Schiper & Stephenson 1991): each node delivers a message once, and after all messages whose broadcast
 * happened before its own. A node that never delivers its own messages delivers them as it broadcasts them. Each message knows how
 * many of each node's messages its sender had delivered; since those of one node come in their order, that they all were
 * delivered is a comparison of counts.
 */
export function checkCausalDelivery(trace: EventTrace): Verdict {
  const found = new Contradictions();
  const causes = causesOf(trace);
  const { order } = causalOrder(causes);
  const { nodes, node, broadcasts, delivers, messages } = trace;
  const width = nodes.length;
  const origin = new Int32Array(messages.length);
  /** Number of each message among those of its node, from 1, and the event that broadcasts it. */
  const number = new Int32Array(messages.length);
  const sentBy = new Int32Array(messages.length);
  const byNode: number[][] = nodes.map(() => []);
  const deliversOwn = new Uint8Array(width);
  for (const [event, message] of broadcasts.entries()) {
    if (message < 0) continue;
    origin[message] = node[event]!;
    sentBy[message] = event;
    number[message] = byNode[node[event]!]!.push(message);
  }
  let deliveries = 0;
  for (const [event, message] of delivers.entries()) {
    if (message < 0) continue;
    deliveries++;
    if (origin[message] === node[event]) deliversOwn[node[event]!] = 1;
  }
  const delivered = nodes.map(() => new Int32Array(width));
  /** Of which messages the broadcast happened before what a node does next: its own, those delivered, and what others told. */
  const known = nodes.map(() => new Int32Array(width));
  const told = new Map<number, Int32Array>();
  const isReceived = new Uint8Array(node.length);
  for (const sending of trace.sender) if (sending >= 0) isReceived[sending] = 1;
  const needed: Int32Array[] = [];
  const statistics = { events: node.length, nodes: width, broadcasts: messages.length, deliveries };
  if (order === undefined)
    return found.verdict(
      "causal-delivery",
      statistics,
      "the trace has a causal circle, so that it has no order",
    );
  for (const event of order) {
    const me = node[event]!;
    learn(known[me]!, told.get(trace.sender[event]!));
    const sent = broadcasts[event]!;
    if (sent >= 0) {
      needed[sent] = known[me]!.slice();
      known[me]![me]!++;
      if (deliversOwn[me] === 0) delivered[me]![me]!++;
    }
    if (isReceived[event] === 1) told.set(event, known[me]!.slice());
    const message = delivers[event]!;
    if (message < 0) continue;
    const mine = delivered[me]!;
    const from = origin[message]!;
    const what = (): string =>
      `${nodes[me]} delivered ${inWords(messages[message] ?? null)}, ${eventNamed(trace, event)},`;
    if (number[message]! <= mine[from]!) {
      found.add(
        "duplicate-delivery",
        [sentBy[message]!, event],
        () => `${what()} which it had delivered before.`,
      );
      continue;
    }
    const past = needed[message]!;
    const lacking = past.findIndex((count, other) => count > mine[other]!);
    if (lacking >= 0) {
      const first = byNode[lacking]![mine[lacking]!]!;
      found.add(
        "causal-delivery",
        [sentBy[first]!, sentBy[message]!, event],
        () =>
          `${what()} before it delivered ${inWords(messages[first] ?? null)} of ${nodes[lacking]}, whose broadcast, ${eventNamed(trace, sentBy[first]!)}, happened before that of ${inWords(messages[message] ?? null)}, ${eventNamed(trace, sentBy[message]!)}.`,
      );
      // So that what was left out is told once, and what comes after it is still judged.
      learn(mine, past);
    }
    mine[from] = number[message]!;
    learn(known[me]!, past);
    known[me]![from] = Math.max(known[me]![from]!, number[message]!);
  }
  const open = deliveries === 0 ? "no evidence: nothing was delivered" : undefined;
  return found.verdict("causal-delivery", statistics, open);
}

function learn(counts: Int32Array, others: Int32Array | undefined): void {
  if (others === undefined) return;
  for (let i = 0; i < counts.length; i++) if (others[i]! > counts[i]!) counts[i] = others[i]!;
}

/**
 * First in, first out (Hadzilacos & Toueg 1994): what one node sends to another arrives in the order in which it was sent. Messages
 * may be lost, or come twice, but none overtakes another.
 */
export function checkFifo(trace: EventTrace): Verdict {
  const found = new Contradictions();
  const { nodes, node, sender } = trace;
  /** By link: the latest sent of those that have arrived, and where it was received. */
  const latest = new Map<number, readonly [sent: number, received: number]>();
  let compared = 0;
  for (const [event, sent] of sender.entries()) {
    if (sent < 0) continue;
    const link = node[sent]! * nodes.length + node[event]!;
    const before = latest.get(link);
    if (before !== undefined) compared++;
    if (before !== undefined && sent < before[0])
      found.add(
        "overtaken",
        [sent, before[0], before[1], event],
        () =>
          `What ${nodes[node[sent]!]} sent to ${nodes[node[event]!]} at ${eventNamed(trace, sent)} arrived, ${eventNamed(trace, event)}, after what it sent later, at ${eventNamed(trace, before[0])}, had arrived, ${eventNamed(trace, before[1])}.`,
      );
    else latest.set(link, [sent, event]);
  }
  const statistics = { events: node.length, nodes: nodes.length, links: latest.size, compared };
  return found.verdict(
    "fifo-delivery",
    statistics,
    compared === 0 ? "no evidence: no link delivered two messages" : undefined,
  );
}
