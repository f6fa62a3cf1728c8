import { canonical, isJsonArray, type Json, type JsonObject } from "../../histories/json.ts";
import type { Monitor } from "./monitor.ts";
import { member } from "./values.ts";
import type { ConsensusView } from "./view.ts";

/** A change of members that a client waits for. */
type Change = {
  readonly node: string;
  readonly members: readonly string[];
  /** Whether the node has gone by these members, and by no others, since it was asked. */
  made: boolean;
};

type Memory = {
  /** By node and request. */
  readonly asked: Record<string, Change>;
  /** By node: the members that it goes by, where those are one group. */
  readonly members: Record<string, readonly string[]>;
  /** What a client was told in a step that is not over. */
  told: Change | null;
};

/**
 * Membership: who tells a client that the members have changed (`reconfigure {members}`) has gone by majorities of these, and of no
 * others besides, since it was asked. (Until the client hears it they may have changed again.)
 */
export const membership: Monitor<Memory> = {
  name: "membership",
  summary: "who tells a client that the members have changed has gone by these, and by no others",
  begin: () => ({ asked: {}, members: {}, told: null }),
  asked({ asked, members }, node, body) {
    const wanted = membersOf(body);
    if (wanted === undefined) return;
    asked[nameOf(node, body)] = { node, members: wanted, made: isSame(members[node], wanted) };
  },
  answered(memory, node, request, answer) {
    const name = nameOf(node, request);
    const change = member(memory.asked, name);
    if (change === undefined) return undefined;
    delete memory.asked[name];
    // What the node goes by now shows at the end of its step.
    if (answer["type"] === "reconfigure_ok") memory.told = change;
    return undefined;
  },
  look(memory, node, view) {
    const { asked, members, told } = memory;
    const now = onlyGroup(view);
    if (now === undefined) delete members[node];
    else members[node] = now;
    for (const name in asked) {
      const change = asked[name]!;
      if (change.node === node && isSame(now, change.members)) change.made = true;
    }
    if (told === null || told.node !== node) return undefined;
    memory.told = null;
    if (view.members === undefined || told.made || isSame(now, told.members)) return undefined;
    return {
      property: "membership",
      nodes: [node],
      explanation: `${node} said that the members are ${told.members.join(", ")} now, but it goes by ${view.members.map((group) => group.join(", ")).join(" and by ")}.`,
      evidence: { told: [...told.members], groups: view.members.map((group) => [...group]) },
    };
  },
};

function onlyGroup({ members = [] }: ConsensusView): readonly string[] | undefined {
  const [group, other] = members;
  return group === undefined || other !== undefined ? undefined : [...group];
}

/** Whether they are the same, in whatever order. */
function isSame(one: readonly string[] | undefined, other: readonly string[]): boolean {
  return one !== undefined && one.length === new Set(other).size && other.every((node) => one.includes(node));
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
