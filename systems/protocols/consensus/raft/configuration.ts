import { isJsonArray, isJsonObject, type Json } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import type { Rules } from "./rules.ts";

/**
 * Who votes. While the members change by joint consensus there are those of before, too, and every decision
 * takes a majority of both (§6). Other nodes learn the log without a say.
 */
export type Configuration = {
  readonly members: readonly NodeId[];
  readonly before?: readonly NodeId[];
};

export function isVoter({ members, before }: Configuration, node: NodeId): boolean {
  return members.includes(node) || before?.includes(node) === true;
}

/** Whether `nodes` can decide. */
export function isQuorum(
  { members, before }: Configuration,
  nodes: readonly NodeId[],
  rules: Rules,
): boolean {
  const majorityOf = (voters: readonly NodeId[]): boolean =>
    voters.filter((voter) => nodes.includes(voter)).length >= rules.majority(voters.length);
  return majorityOf(members) && (before === undefined || majorityOf(before));
}

/** `nodes` with one more, each once, in the order of names: sets that are equal look equal. */
export function withNode(nodes: readonly NodeId[], node: NodeId): NodeId[] {
  return nodes.includes(node) ? [...nodes] : [...nodes, node].toSorted();
}

/** The configuration that `json` is; undefined when it is none. */
export function configurationFrom(json: Json | undefined): Configuration | undefined {
  if (!isJsonObject(json)) return undefined;
  const { members, before } = json;
  if (!isNames(members)) return undefined;
  if (before === undefined) return { members };
  return isNames(before) ? { members, before } : undefined;
}

export function isNames(json: Json | undefined): json is readonly NodeId[] {
  return isJsonArray(json) && json.length > 0 && json.every((name) => typeof name === "string");
}
