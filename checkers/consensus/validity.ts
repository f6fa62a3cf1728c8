import { inWords, type Json } from "../../histories/json.ts";
import { instanceOf } from "./instance.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { eachMember, type Rests } from "./sweep.ts";
import { insert } from "./ordered.ts";
import { kept, member, memberOr, same } from "./values.ts";
import type { ConsensusView } from "./view.ts";

type Memory = {
  /** By instance: what was proposed, each once, in the order of their texts. */
  readonly proposed: Record<string, Json[]>;
  readonly rests: Rests;
};

/**
 * Validity: what is decided was proposed before, by somebody, for that instance. Judged of the instances that clients name when
 * they `propose`; of instances that a protocol names by itself (slots) nothing is said.
 */
export const validity: Monitor<Memory> = {
  name: "validity",
  summary: "what is decided was proposed before",
  begin: () => ({ proposed: {}, rests: {} }),
  asked({ proposed }, _node, body) {
    if (body["type"] !== "propose") return;
    const values = memberOr(proposed, instanceOf(body), () => []);
    const value = body["value"] ?? null;
    if (!values.some((one) => same(one, value))) insert(values, kept(value));
  },
  answered(memory, node, request, answer) {
    if (request["type"] !== "propose" || answer["type"] !== "propose_ok") return undefined;
    return judge(memory, node, instanceOf(request), answer["value"] ?? null);
  },
  look(memory, node, view) {
    return lookAt(memory, node, view);
  },
  finish(memory, node, view) {
    delete memory.rests[node];
    return lookAt(memory, node, view);
  },
};

function lookAt(memory: Memory, node: string, { decided }: ConsensusView): Violation | undefined {
  if (decided === undefined) return undefined;
  return eachMember(memory.rests, node, decided, (instance, value) => judge(memory, node, instance, value));
}

function judge({ proposed }: Memory, node: string, instance: string, value: Json): Violation | undefined {
  const values = member(proposed, instance);
  if (values === undefined || values.some((one) => same(one, value))) return undefined;
  return {
    property: "validity",
    nodes: [node],
    explanation: `${node} decided ${inWords(value)} in instance ${instance}, which nobody had proposed there; proposed were ${values.map(inWords).join(", ")}.`,
    evidence: { instance, value: kept(value), proposed: [...values] },
  };
}
