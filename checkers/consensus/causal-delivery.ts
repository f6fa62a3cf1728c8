import { canonical, inWords, type Json } from "../../histories/json.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { kept, member, memberOr } from "./values.ts";
import type { ConsensusView } from "./view.ts";

/**
 * A message: who broadcast it, its number among theirs, and how many of each broadcaster's they had delivered or sent.
 * A node is another broadcaster in each of its lives: what it was asked before a crash may have been lost with it.
 */
type Message = [broadcaster: string, number: number, past: Record<string, number>];

type Memory = {
  /** By message, as text. */
  readonly messages: Record<string, Message>;
  readonly nodes: Record<
    string,
    {
      /** How many messages of each broadcaster it has delivered. */
      readonly delivered: Record<string, number>;
      /** How often it was back from a crash. */
      readonly life: number;
      /** How many messages it has broadcast in this life. */
      sent: number;
      /** How far its sequence was looked at. */
      seen: number;
    }
  >;
};

/**
 * Causal delivery (Birman, Schiper & Stephenson 1991): a node delivers each message once, after all that the broadcaster had
 * delivered or broadcast before. A message's past is what its node had delivered when the client asked for it; messages differ. A
 * node has one sequence of `delivered`, which only grows; after a restart it begins anew, and what it broadcast before
 * belongs to its past only as far as it has delivered it again.
 */
export const causalDelivery: Monitor<Memory> = {
  name: "causal-delivery",
  summary: "each message is delivered after all that its broadcaster had delivered or broadcast before",
  begin: () => ({ messages: {}, nodes: {} }),
  asked({ messages, nodes }, node, body) {
    if (body["type"] !== "broadcast") return;
    const text = canonical(body["message"] ?? null);
    if (member(messages, text) !== undefined) return;
    const mine = memberOr(nodes, node, () => inLife(0));
    mine.sent++;
    const me = broadcasterOf(node, mine.life);
    messages[text] = [me, mine.sent, { ...mine.delivered, [me]: mine.sent - 1 }];
  },
  look(memory, node, view, occasion) {
    if (occasion === "restart")
      memory.nodes[node] = inLife(1 + memberOr(memory.nodes, node, () => inLife(0)).life);
    return lookAt(memory, node, view);
  },
};

function inLife(life: number): Memory["nodes"][string] {
  return { delivered: {}, life, sent: 0, seen: 0 };
}

/** The name of a node in one of its lives. */
function broadcasterOf(node: string, life: number): string {
  return life === 0 ? node : `${node} (after restart ${life})`;
}

function lookAt({ messages, nodes }: Memory, node: string, view: ConsensusView): Violation | undefined {
  for (const name in view.delivered) {
    const sequence = view.delivered[name]!;
    if (sequence.length === 0) continue;
    const mine = memberOr(nodes, node, () => inLife(0));
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
