import { canonical, isJsonArray, type Json, type JsonObject } from "../../histories/json.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { member } from "./values.ts";

type Change = { readonly node: string; readonly members: readonly string[]; readonly committed: number };

type Memory = {
  /** By node: how many slots it knew to be committed, at most so far. */
  readonly known: Record<string, number>;
  /** Changes of members that clients wait for, by node and request: how many slots were committed when it was asked for. */
  readonly asked: Record<string, number>;
  /** What a client was told in a step that is not over. */
  told: Change | null;
};

/**
 * Handover: when a client is told that the members have changed (`reconfigure {members}`), a majority of the new ones knows
 * all that was committed when the client asked. So the others may go for good, and nothing is lost with them.
 */
export const handover: Monitor<Memory> = {
  name: "handover",
  summary: "when a change of members is done, a majority of the new ones knows what was committed before",
  begin: () => ({ known: {}, asked: {}, told: null }),
  asked({ known, asked }, node, body) {
    if (membersOf(body) !== undefined) asked[nameOf(node, body)] ??= Math.max(0, ...Object.values(known));
  },
  answered(memory, node, request, answer) {
    const members = membersOf(request);
    const name = nameOf(node, request);
    const committed = member(memory.asked, name);
    if (members === undefined || committed === undefined) return undefined;
    delete memory.asked[name];
    // What the node itself knows by now shows at the end of its step.
    if (answer["type"] === "reconfigure_ok") memory.told = { node, members, committed };
    return undefined;
  },
  look(memory, node, { log }) {
    const { known, told } = memory;
    if (log !== undefined && log.committed > (known[node] ?? 0)) known[node] = log.committed;
    if (told === null) return undefined;
    memory.told = null;
    return judge(known, told);
  },
};

function judge(
  known: Readonly<Record<string, number>>,
  { node, members, committed }: Change,
): Violation | undefined {
  const knowing = members.filter((each) => (known[each] ?? 0) >= committed);
  if (2 * knowing.length > members.length) return undefined;
  const who = knowing.length === 0 ? "none of them knows" : `of them only ${knowing.join(", ")} knows`;
  return {
    property: "handover",
    nodes: [node],
    explanation: `${node} said that the members are ${members.join(", ")} now; but ${who} all that was committed by the time of the request (up to slot ${committed - 1}).`,
    evidence: { members, committed, knowing },
  };
}

function nameOf(node: string, request: JsonObject): string {
  return `${node} ${canonical(request)}`;
}

function membersOf({ type, members }: JsonObject): readonly string[] | undefined {
  return type === "reconfigure" && isNames(members) ? members : undefined;
}

function isNames(json: Json | undefined): json is readonly string[] {
  return isJsonArray(json) && json.every((name) => typeof name === "string");
}
