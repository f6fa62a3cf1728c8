import { canonical, inWords, type Json } from "../../histories/json.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { kept, member, memberOr } from "./values.ts";
import type { ConsensusView } from "./view.ts";

/** A message: who broadcast it, its number among theirs, and how many of each node's they had delivered or sent. */
type Message = [origin: string, number: number, past: Record<string, number>];

type Memory = {
  /** By message, as text. */
  readonly messages: Record<string, Message>;
  readonly nodes: Record<
    string,
    {
      /** How many messages of each node it has delivered. */
      readonly delivered: Record<string, number>;
      sent: number;
      /** How far its sequence was looked at. */
      seen: number;
    }
  >;
};

/**
 * Causal delivery (Birman, Schiper & Stephenson 1991): a node delivers each message once, after all that the broadcaster had
 * delivered or broadcast before. A message's past is what its node had delivered when the client asked for it; messages differ. A
 * node has one sequence of `delivered`, which only grows; after a restart it begins anew.
 */
export const causalDelivery: Monitor<Memory> = {
  name: "causal-delivery",
  summary: "each message is delivered after all that its broadcaster had delivered or broadcast before",
  begin: () => ({ messages: {}, nodes: {} }),
  asked({ messages, nodes }, node, body) {
    if (body["type"] !== "broadcast") return;
    const text = canonical(body["message"] ?? null);
    if (member(messages, text) !== undefined) return;
    const mine = memberOr(nodes, node, fresh);
    mine.sent++;
    messages[text] = [node, mine.sent, { ...mine.delivered, [node]: mine.sent - 1 }];
  },
  look(memory, node, view, occasion) {
    if (occasion === "restart") {
      const mine = memberOr(memory.nodes, node, fresh);
      memory.nodes[node] = { ...fresh(), sent: mine.sent };
    }
    return lookAt(memory, node, view);
  },
};

function fresh(): Memory["nodes"][string] {
  return { delivered: {}, sent: 0, seen: 0 };
}

function lookAt({ messages, nodes }: Memory, node: string, view: ConsensusView): Violation | undefined {
  for (const name in view.delivered) {
    const sequence = view.delivered[name]!;
    if (sequence.length === 0) continue;
    const mine = memberOr(nodes, node, fresh);
    for (; mine.seen < sequence.length; mine.seen++) {
      const value = sequence[mine.seen]!;
      const message = member(messages, canonical(value));
      // What nobody broadcast is for the monitor of integrity.
      if (message === undefined) continue;
      const [origin, number, past] = message;
      const count = (of: string): number => mine.delivered[of] ?? 0;
      if (count(origin) >= number) return violation(node, value, "which it had delivered before");
      for (const other in past)
        if (past[other]! > count(other))
          return violation(
            node,
            value,
            `and had delivered ${count(other)} messages of ${other}; its broadcaster ${origin} had ${origin === other ? "broadcast" : "delivered"} ${past[other]} of them before`,
          );
      mine.delivered[origin] = number;
    }
  }
  return undefined;
}

function violation(node: string, message: Json, what: string): Violation {
  return {
    property: "causal-delivery",
    nodes: [node],
    explanation: `${node} delivered ${inWords(message)}, ${what}.`,
    evidence: { message: kept(message) },
  };
}
