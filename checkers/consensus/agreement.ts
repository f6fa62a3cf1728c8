import { inWords, type Json, type JsonObject } from "../../histories/json.ts";
import { compareCommitted, emptyLog, type CommittedLog } from "./committed-log.ts";
import { instanceOf } from "./instance.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { eachMember, type Rests } from "./sweep.ts";
import { believeNothing, kept, member, same } from "./values.ts";
import type { ConsensusView } from "./view.ts";

type Memory = {
  /** By instance: what was decided first, by any node, at any time. */
  readonly decided: Record<string, Json>;
  readonly rests: Rests;
  readonly log: CommittedLog;
};

/**
 * Agreement: no two nodes ever decide differently about one instance, and no decision ever changes (uniform agreement: crashed
 * nodes count as well). What is committed in a slot of a log is a decision, and so is what a client was told in answer to
 * `propose`.
 */
export const agreement: Monitor<Memory> = {
  name: "agreement",
  summary: "no two nodes decide differently about one instance, and no decision changes",
  begin: () => ({ decided: {}, rests: {}, log: emptyLog() }),
  answered(memory, node, request, answer) {
    if (request["type"] !== "propose" || answer["type"] !== "propose_ok") return undefined;
    return compare(memory, node, instanceOf(request), answer["value"] ?? null, "told its client");
  },
  look(memory, node, view) {
    return lookAt(memory, node, view);
  },
  finish(memory, node, view) {
    believeNothing();
    delete memory.rests[node];
    delete memory.log.cursors[node];
    return lookAt(memory, node, view);
  },
};

function lookAt(memory: Memory, node: string, { decided, log }: ConsensusView): Violation | undefined {
  const violation =
    decided === undefined
      ? undefined
      : eachMember(memory.rests, node, decided, (instance, value) =>
          compare(memory, node, instance, value, "decided"),
        );
  if (violation !== undefined || log === undefined) return violation;
  return compareCommitted(memory.log, agreement.name, node, log);
}

function compare(
  { decided }: Memory,
  node: string,
  instance: string,
  value: Json,
  did: string,
): Violation | undefined {
  const before = member(decided, instance);
  if (before === undefined) {
    decided[instance] = kept(value);
    return undefined;
  }
  if (same(before, value)) return undefined;
  const evidence: JsonObject = { instance, before, now: kept(value) };
  return {
    property: "agreement",
    nodes: [node],
    explanation: `${node} ${did} ${inWords(value)} in instance ${instance}, where ${inWords(before)} was decided before.`,
    evidence,
  };
}
