import type { JsonObject } from "../../../../histories/json.ts";
import type { NodeId, Request } from "../../../contracts/protocol.ts";
import { errorBody, errorCodes } from "../../errors.ts";
import { isNames, isVoter } from "./configuration.ts";
import { entryAt, isConfiguration, lastIndex } from "./log.ts";
import { appendEntry } from "./replication.ts";
import { becomeFollower, type Server } from "./server.ts";

/** How long the client waits that asked for other members, in milliseconds. */
const patience = 1_000;

/**
 * A client wants other members: `reconfigure {members}`, which only the leader serves. If a single server comes
 * or goes, any two majorities of the old and the new members share a server, and the new members are one
 * entry (thesis, §4.1). Otherwise an entry with both comes first, joint consensus (§6). One change at a time;
 * and only once an entry of the leader's own term is committed: until then another leader may be at work on
 * a change of which this one knows nothing, so that two majorities might share no server (Ongaro 2015).
 */
export function reconfigure(server: Server, { id, body }: Request): void {
  const { state, rules, node } = server;
  const { leading, configuration } = state;
  const { members } = body;
  const refuse = (text: string): void => node.reply(id, errorBody(errorCodes.temporarilyUnavailable, text));
  if (!isNames(members) || !members.every((name) => node.nodes.includes(name))) {
    return node.reply(id, errorBody(errorCodes.malformedRequest, "members: expected names of nodes"));
  }
  if (leading === null) return refuse(`not the leader; ask ${state.leader ?? "another node"}`);
  const isUnderWay =
    leading.reconfiguration !== null || configuration.before !== undefined || isUnsettled(server);
  if (rules.oneChangeAtATime && isUnderWay) {
    return refuse("another change of members is under way");
  }
  if (rules.settlesBeforeReconfiguration && state.committed < leading.begin) {
    return refuse("this leader has committed nothing yet");
  }
  const wanted = node.nodes.filter((name) => members.includes(name));
  const joint = rules.needsBoth(
    without(configuration.members, wanted),
    without(wanted, configuration.members),
  );
  const next = joint ? { members: wanted, before: configuration.members } : { members: wanted };
  leading.reconfiguration = { request: id, index: lastIndex(state.log) + 1 };
  node.setTimer("reconfiguration", patience);
  appendEntry(server, next);
}

/** Goes on with a change of members as far as the log is committed: from both to the new ones, and to its end. */
export function continueReconfiguration(server: Server): void {
  const { state, node } = server;
  const { leading, configuration } = state;
  if (leading === null || state.committed < leading.begin || isUnsettled(server)) return;
  if (configuration.before !== undefined) {
    const index = appendEntry(server, { members: configuration.members });
    if (leading.reconfiguration !== null) leading.reconfiguration = { ...leading.reconfiguration, index };
    return;
  }
  if (leading.reconfiguration !== null && leading.reconfiguration.index <= state.committed) {
    answerReconfiguration(server, { type: "reconfigure_ok" });
  }
  // A leader that is no member any more has led the others up to here (§6).
  if (!isVoter(configuration, node.id)) becomeFollower(server);
}

export function answerReconfiguration({ state, node }: Server, body: JsonObject): void {
  const { leading } = state;
  if (leading === null || leading.reconfiguration === null) return;
  node.cancelTimer("reconfiguration");
  node.reply(leading.reconfiguration.request, body);
  leading.reconfiguration = null;
}

/** Whether the latest configuration is not committed yet. */
export function isUnsettled({ state }: Server): boolean {
  for (let index = lastIndex(state.log); index > state.committed; index--) {
    if (isConfiguration(entryAt(state.log, index)?.value)) return true;
  }
  return false;
}

/** How many of `nodes` are not among the others. */
function without(nodes: readonly NodeId[], others: readonly NodeId[]): number {
  return nodes.filter((node) => !others.includes(node)).length;
}
