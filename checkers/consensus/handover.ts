import { canonical, isJsonArray, type Json, type JsonObject } from "../../histories/json.ts";
import type { Monitor, Violation } from "./monitor.ts";
import type { ConsensusView } from "./view.ts";
import { member } from "./values.ts";

/** A change of members that a client waits for. */
type Asked = {
  readonly members: readonly string[];
  /** How many slots were committed when it was asked for. */
  readonly committed: number;
  /** The first slot since then of which it was shown that these are its acceptors; null as long as it was not. */
  from: number | null;
};

type Change = {
  readonly node: string;
  readonly members: readonly string[];
  /** All slots before this one were for others to decide. */
  readonly end: number;
};

type Memory = {
  /** By node: how many slots it knew to be committed, at most so far. */
  readonly known: Record<string, number>;
  /** By node and request. */
  readonly asked: Record<string, Asked>;
  /** What a client was told in a step that is not over. */
  told: Change | null;
};

/**
 * Handover: when a client is told that the members have changed (`reconfigure {members}`), a majority of the new ones knows
 * all that was committed when the client asked, and where acceptors of slots are shown, all slots before the first one that is
 * theirs. So the others may go for good, and nothing is lost with them.
 */
export const handover: Monitor<Memory> = {
  name: "handover",
  summary: "when a change of members is done, a majority of the new ones knows what was committed before",
  begin: () => ({ known: {}, asked: {}, told: null }),
  asked({ known, asked }, node, body) {
    const members = membersOf(body);
    if (members === undefined) return;
    asked[nameOf(node, body)] ??= { members, committed: Math.max(0, ...Object.values(known)), from: null };
  },
  answered(memory, node, request, answer) {
    const name = nameOf(node, request);
    const change = member(memory.asked, name);
    if (change === undefined) return undefined;
    delete memory.asked[name];
    const { members, committed, from } = change;
    // What the node itself knows by now shows at the end of its step.
    if (answer["type"] === "reconfigure_ok")
      memory.told = { node, members, end: Math.max(committed, from ?? 0) };
    return undefined;
  },
  look(memory, node, { log, acceptors }) {
    const { known, told } = memory;
    if (acceptors !== undefined) for (const name in memory.asked) note(memory.asked[name]!, acceptors);
    if (log !== undefined && log.committed > (known[node] ?? 0)) known[node] = log.committed;
    if (told === null) return undefined;
    memory.told = null;
    return judge(known, told);
  },
};

function note(change: Asked, acceptors: NonNullable<ConsensusView["acceptors"]>): void {
  const { members, committed } = change;
  for (const instance in acceptors) {
    const slot = Number(instance);
    if (slot < committed || slot >= (change.from ?? Infinity)) continue;
    const those = acceptors[instance]!;
    if (those.length === new Set(members).size && members.every((each) => those.includes(each)))
      change.from = slot;
  }
}

function judge(
  known: Readonly<Record<string, number>>,
  { node, members, end }: Change,
): Violation | undefined {
  const knowing = members.filter((each) => (known[each] ?? 0) >= end);
  if (2 * knowing.length > members.length) return undefined;
  const who = knowing.length === 0 ? "none of them knows" : `of them only ${knowing.join(", ")} knows`;
  return {
    property: "handover",
    nodes: [node],
    explanation: `${node} said that the members are ${members.join(", ")} now; but ${who} all that came before (up to slot ${end - 1}).`,
    evidence: { members, end, knowing },
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
