import type { EventTrace } from "../../histories/event-trace.ts";
import { confirmed } from "../certificates/confirmed.ts";
import { verifyCausalOrder } from "../certificates/consensus.ts";
import { Contradictions } from "../simple/contradictions.ts";
import type { Certificate, Verdict } from "../verdict.ts";
import { judgeClocksAlone, judgeStampsByClocks } from "./clocks-alone.ts";
import { causalOrder, causesOf } from "./happens-before.ts";
import { eventNamed } from "./names.ts";
import { judgeStamps } from "./stamps.ts";

/** The account of a lawful trace: all events in an order in which each comes after all that happened before it. */
export interface CausalOrderCertificate extends Certificate {
  readonly kind: "causal-order";
  readonly order: readonly number[];
}

/**
 * Holds the clocks that a trace was stamped with against what happened before what (Lamport 1978), as the order of each node and the
 * messages tell it: vector clocks and causal histories in both directions, Lamport clocks in one. Where the log tells of no
 * messages, vector clocks are held against one another. Near linear: events times nodes.
 */
export function checkCausality(trace: EventTrace): Verdict {
  const found = new Contradictions();
  const causes = causesOf(trace);
  const { order, circle } = causalOrder(causes);
  const events = trace.node.length;
  const messages = causes.sender.reduce((count, sent) => (sent < 0 ? count : count + 1), 0);
  const base = { events, nodes: trace.nodes.length, messages };
  if (circle !== undefined) {
    found.add(
      "causal-circle",
      circle,
      () =>
        `Each of these events happened before the next, and the last before the first: ${circle.map((event) => eventNamed(trace, event)).join("; ")}.`,
    );
    return found.verdict("causality", base, undefined);
  }
  const unclocked = trace.clocked.reduce((count, has) => count + 1 - has, 0);
  const alone = !trace.tellsMessages && unclocked === 0;
  let open = alone ? judgeClocksAlone(trace, causes, found) : undefined;
  const lawful = alone ? orderByClocks(trace) : order;
  const seen = alone
    ? judgeStampsByClocks(
        trace,
        causes,
        lawful,
        open === undefined,
        found.isEmpty ? found : new Contradictions(),
      )
    : judgeStamps(trace, causes, order, found);
  const statistics = {
    ...base,
    "vector-clocks": seen.vector,
    "lamport-clocks": seen.lamport,
    "causal-histories": seen.pasts,
  };
  if (seen.vector + seen.lamport + seen.pasts === 0)
    open = "no evidence: no event carries a clock or a causal history";
  else if (trace.nodes.length < 2 || (messages === 0 && !alone))
    open = "no evidence: nothing connects two nodes";
  else if (seen.vector > 0 && unclocked > 0)
    open = `${unclocked} of ${events} events carry no vector clock, so that it is not known what the others should count`;
  const notes = alone
    ? [
        "The log tells of no messages: its clocks were held against the order of each node and against one another.",
      ]
    : [];
  const verdict = found.verdict("causality", statistics, open, notes);
  if (verdict.valid !== true) return verdict;
  const certificate: CausalOrderCertificate = {
    kind: "causal-order",
    order: Array.from(lawful),
  };
  return confirmed(verdict, certificate, verifyCausalOrder(trace, certificate));
}

/** Whoever knows more comes later: the sum of all counts is a Lamport clock. */
function orderByClocks({ node, clocks }: EventTrace): Int32Array {
  const sums = new Float64Array(node.length);
  for (let event = 0; event < node.length; event++)
    for (let i = clocks.offset[event]!; i < clocks.offset[event + 1]!; i++) sums[event]! += clocks.count[i]!;
  return Int32Array.from(node.keys()).toSorted((a, b) => sums[a]! - sums[b]! || a - b);
}
