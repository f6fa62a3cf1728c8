import type { History } from "../../histories/history.ts";
import type { Checker } from "../checker.ts";
import { Contradictions, otherFunctions } from "../simple/contradictions.ts";
import type { Verdict } from "../verdict.ts";
import { broadcastsOf, longestOf, readsByNode } from "./broadcasts.ts";
import { judgeAcknowledged, judgeGrowth, judgePasts, judgeRead } from "./judge-deliveries.ts";
import { knownNodes } from "./pasts.ts";

/**
 * Causal broadcast seen from outside: clients `broadcast` unique messages at nodes, and `read` what a node has delivered, in its
 * order. A node that acknowledged a message has delivered it. Each message comes after all that its node was known to
 * have delivered or broadcast when it was asked to broadcast it; what a node has delivered only grows at its end; nothing is
 * delivered twice or without having been broadcast. Linear in what was read, times nodes.
 */
export const causalBroadcastOfHistories: Checker = {
  name: "causal-broadcast",
  summary: "what nodes deliver of broadcasts is in causal order, without duplicate or invention",
  check,
};

function check(history: History): Verdict {
  const broadcasts = broadcastsOf(history);
  const { messages, reads, others } = broadcasts;
  const found = new Contradictions();
  const timeless = history.completionsOnly;
  for (const read of reads) judgeRead(read, messages, timeless, found);
  const nodes = knownNodes(broadcasts);
  let compared = 0;
  for (const [node, ofNode] of readsByNode(reads)) {
    const longest = longestOf(ofNode);
    if (node >= 0) {
      judgeGrowth(ofNode, longest, messages, timeless, found);
      if (!timeless) judgeAcknowledged(ofNode, longest, nodes.get(node), messages, found);
    }
    if (timeless) continue;
    // What one node shows are prefixes of its longest sequence; of reads without a node nobody knows.
    for (const read of node >= 0 ? [longest] : ofNode) compared += judgePasts(read, messages, nodes, found);
  }
  const open = timeless
    ? "the history does not tell when broadcasts began"
    : compared === 0
      ? "no evidence: no read saw a message with a known past"
      : messages.some(({ count }) => count > 1)
        ? "a message was broadcast more than once, so that it is not known which of them was delivered"
        : undefined;
  return found.verdict(
    "causal-broadcast",
    { messages: messages.length, reads: reads.length, compared },
    open,
    otherFunctions(others),
  );
}
