import type { ConsensusLog } from "../../histories/codecs/consensus-log.ts";
import type { EventTrace } from "../../histories/event-trace.ts";
import type { History } from "../../histories/history.ts";
import { canonical, isJsonArray, type Json } from "../../histories/json.ts";
import { Fail, Invoke, Ok } from "../../histories/operation.ts";
import type { CausalOrderCertificate } from "../causality/causality.ts";
import type { CommittedSlotsCertificate } from "../consensus/consensus-log.ts";
import type { DecisionsCertificate } from "../consensus/decisions.ts";
import type { DeliveryOrderCertificate } from "../consensus/deliveries.ts";

/** Whether the decisions explain every answered proposal; what is wrong otherwise. */
export function verifyDecisions(history: History, { decisions }: DecisionsCertificate): string | undefined {
  const keyOf = (index: number): Json => history.operation(index).key ?? null;
  const values = new Map<string, { readonly value: string; readonly proposal: number }>();
  for (const { key, value, proposal } of decisions) {
    if (!isInvocation(history, proposal, "propose")) return `operation ${proposal} is no proposal`;
    if (history.outcome(proposal) === Fail) return `proposal ${proposal} failed`;
    if (canonical(keyOf(proposal)) !== canonical(key)) return `proposal ${proposal} is for another key`;
    if (canonical(history.value(proposal)) !== canonical(value))
      return `proposal ${proposal} is of another value`;
    values.set(canonical(key), { value: canonical(value), proposal });
  }
  for (const index of history.invocations()) {
    if (history.f(index) !== "propose" || history.outcome(index) !== Ok) continue;
    const answer = history.completion(index);
    const decided = values.get(canonical(keyOf(index)));
    if (decided?.value !== canonical(history.value(answer)))
      return `operation ${index} learnt something else`;
    if (decided.proposal > answer) return `operation ${index} learnt it before it was proposed`;
  }
  return undefined;
}

/** Whether the order of messages explains every read, and every acknowledgement; what is wrong otherwise. */
export function verifyDeliveryOrder(
  history: History,
  { order }: DeliveryOrderCertificate,
): string | undefined {
  const messages: string[] = [];
  const places = new Map<number, number>();
  for (const [place, index] of order.entries()) {
    if (!isInvocation(history, index, "broadcast")) return `operation ${index} is no broadcast`;
    if (history.outcome(index) === Fail) return `broadcast ${index} failed`;
    if (places.has(index)) return `broadcast ${index} is delivered twice`;
    places.set(index, place);
    messages.push(canonical(history.value(index)));
  }
  /** The latest beginning of a broadcast up to each place. */
  const latest = order.map(() => 0);
  order.forEach((index, place) => (latest[place] = Math.max(index, latest[place - 1] ?? -1)));
  for (const index of history.invocations()) {
    if (history.outcome(index) !== Ok) continue;
    const completion = history.completion(index);
    if (history.f(index) === "read") {
      const list = history.value(completion) ?? [];
      if (!isJsonArray(list) || list.length > order.length) return `read ${index} saw more`;
      if (list.some((message, place) => canonical(message) !== messages[place]))
        return `read ${index} saw another order`;
      if ((latest[list.length - 1] ?? -1) > completion)
        return `read ${index} saw what was yet to be broadcast`;
    } else if (history.f(index) === "broadcast") {
      const place = places.get(index) ?? order.length;
      if ((latest[place - 1] ?? -1) > completion)
        return `broadcast ${index} was acknowledged before one that is delivered before it began`;
    }
  }
  return undefined;
}

/** Whether each event comes after the one before at its node, and after the sending of what it receives. */
export function verifyCausalOrder(
  { node, sender, line }: EventTrace,
  { order }: CausalOrderCertificate,
): string | undefined {
  const placed = new Uint8Array(node.length);
  const last = new Map<number, number>();
  for (const event of order) {
    const at = node[event];
    if (at === undefined || placed[event] === 1) return `${event} is no event, or is there twice`;
    if ((last.get(at) ?? -1) > event) return `line ${line[event]} is not in the order of its node`;
    last.set(at, event);
    const sent = sender[event] ?? -1;
    if (sent >= 0 && placed[sent] === 0) return `line ${line[event]} receives what is sent later`;
    placed[event] = 1;
  }
  return order.length === node.length ? undefined : "events are missing";
}

/** Whether every committed entry of the log has the digest of its slot. */
export function verifyCommittedSlots(
  { lines }: ConsensusLog,
  { slots }: CommittedSlotsCertificate,
): string | undefined {
  const digests = new Map(slots);
  const wrong = lines.find(
    (each) => each.kind === "entry" && each.committed && digests.get(each.slot) !== each.digest,
  );
  return wrong === undefined ? undefined : `line ${wrong.line} has another digest`;
}

function isInvocation(history: History, index: number, f: string): boolean {
  return (
    Number.isInteger(index) &&
    index >= 0 &&
    index < history.length &&
    history.columns.type[index] === Invoke &&
    history.f(index) === f
  );
}
