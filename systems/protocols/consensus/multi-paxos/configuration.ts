import { isJsonArray, isJsonObject, type Json } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { isCount } from "../../state-machine/operation.ts";
import type { Rules } from "./rules.ts";

/** Who the acceptors are from a slot of the log on. */
export type Configuration = {
  readonly from: number;
  readonly members: readonly NodeId[];
};

/** In ascending order of `from`; the first one governs all slots before the second. */
export type Configurations = readonly Configuration[];

/** The acceptors of a slot. */
export function membersAt(configurations: Configurations, slot: number): readonly NodeId[] {
  for (let i = configurations.length - 1; i > 0; i--) {
    const configuration = configurations[i];
    if (configuration !== undefined && configuration.from <= slot) return configuration.members;
  }
  return configurations[0]?.members ?? [];
}

/** With one more, and without those that govern no slot from `committed` on. */
export function withConfiguration(
  configurations: Configurations,
  configuration: Configuration,
  committed: number,
): Configurations {
  const all = [...configurations.filter(({ from }) => from !== configuration.from), configuration].toSorted(
    (a, b) => a.from - b.from,
  );
  return withoutPast(all, committed);
}

/** Without those that govern no slot from `committed` on. */
export function withoutPast(configurations: Configurations, committed: number): Configurations {
  if ((configurations[1]?.from ?? Infinity) > committed) return configurations;
  return configurations.filter((_, i) => (configurations[i + 1]?.from ?? Infinity) > committed);
}

/** Whether `nodes` are a quorum of `members`. */
export function isQuorum(members: readonly NodeId[], nodes: readonly NodeId[], rules: Rules): boolean {
  const those = rules.countsMembersOnly ? members.filter((member) => nodes.includes(member)) : nodes;
  return those.length >= rules.quorum(members.length);
}

/** `nodes` with one more, each once, in the order of names: sets that are equal look equal. */
export function withNode(nodes: readonly NodeId[], node: NodeId): readonly NodeId[] {
  return nodes.includes(node) ? nodes : [...nodes, node].toSorted();
}

export function isNames(json: Json | undefined): json is readonly NodeId[] {
  return isJsonArray(json) && json.length > 0 && json.every((name) => typeof name === "string");
}

/** The configurations that `json` is; undefined when it is none. */
export function configurationsFrom(json: Json | undefined): Configurations | undefined {
  if (!isJsonArray(json)) return undefined;
  const configurations: Configuration[] = [];
  for (const each of json) {
    if (!isJsonObject(each)) return undefined;
    const { from, members } = each;
    if (!isCount(from) || !isNames(members)) return undefined;
    configurations.push({ from, members });
  }
  return configurations.length === 0 ? undefined : configurations;
}
