import type { JsonObject } from "../../../../histories/json.ts";
import type { NodeId, Request } from "../../../contracts/protocol.ts";
import { errorBody, errorCodes } from "../../errors.ts";
import { isNames, isQuorum, membersAt, type Configuration } from "./configuration.ts";
import { mayProposeIn, propose } from "./proposals.ts";
import { becomeFollower, expectLeader, setRotation, type Server } from "./server.ts";

/** How long the client waits that asked for other members, in milliseconds. */
const patience = 1_000;

/**
 * A client wants other members: `reconfigure {members}`, which only the leader serves (Lamport, "The Part-Time
 * Parliament", 1998, §3.3; "Paxos Made Simple", 2001, §3). The change is a command in the log. It counts from α slots
 * later on, so the members of a slot are known to whoever knows all slots up to α before it.
 */
export function reconfigure(server: Server, { id, body }: Request): void {
  const { state, rules, node } = server;
  const { leading } = state;
  const { members } = body;
  const refuse = (text: string): void => node.reply(id, errorBody(errorCodes.temporarilyUnavailable, text));
  if (!rules.reconfigurable) {
    const text = "expected read, write, cas, txn or broadcast; the members are fixed";
    return node.reply(id, errorBody(errorCodes.notSupported, text));
  }
  if (!isNames(members) || !members.every((name) => node.nodes.includes(name))) {
    return node.reply(id, errorBody(errorCodes.malformedRequest, "members: expected names of nodes"));
  }
  if (leading === null || state.role !== "leader") {
    return refuse(`not the leader; ask ${state.leader ?? "another node"}`);
  }
  if (leading.reconfiguration !== null && rules.changesOneAtATime)
    return refuse("another change of members is under way");
  if (leading.next < leading.begin || !mayProposeIn(server, leading.next)) {
    return refuse("too much is not yet known to be chosen");
  }
  leading.reconfiguration = { request: id, slot: leading.next };
  node.setTimer("reconfiguration", patience);
  propose(server, [{ members: node.nodes.filter((name) => members.includes(name)) }]);
}

/** How many of `nodes` are members where they change in turn: few enough for quorums before and after to be others. */
export function rotatingMembers(nodes: number): number {
  return 2 * Math.floor(nodes / 4) + 1;
}

/** Draws other members; not while a change is under way. */
export function rotateMembers(server: Server): void {
  const { state, node } = server;
  const { leading, configurations } = state;
  if (leading === null || state.role !== "leader") return;
  setRotation(server);
  if (configurations.length > 1 || leading.reconfiguration !== null) return;
  if (leading.next < leading.begin || !mayProposeIn(server, leading.next)) return;
  const members = [...node.nodes];
  while (members.length > rotatingMembers(node.nodes.length)) members.splice(node.random(members.length), 1);
  propose(server, [{ members }]);
}

/**
 * Brings a change of members that is chosen to its end: nothing is proposed in the slots up to that from which it
 * counts, and it is done when a quorum of the new members has the state of before. Then the old ones may go.
 */
export function continueReconfiguration(server: Server): void {
  const { state, rules, node } = server;
  const { leading, configurations } = state;
  const latest = configurations.at(-1);
  if (!rules.reconfigurable || leading === null || state.role !== "leader" || latest === undefined) return;
  if (leading.next >= leading.begin) {
    let count = 0;
    while (leading.next + count < latest.from && mayProposeIn(server, leading.next + count)) count++;
    propose(
      server,
      Array.from({ length: count }, () => null),
    );
  }
  const { reconfiguration } = leading;
  if (reconfiguration !== null && reconfiguration.slot >= state.committed) return;
  if (state.committed < latest.from || (rules.movesState && !hasMoved(server, latest))) return;
  if (reconfiguration !== null) answerReconfiguration(server, { type: "reconfigure_ok" });
  // A leader that is no member any more has led the others up to here.
  if (membersAt(configurations, state.committed).includes(node.id)) return;
  becomeFollower(server);
  expectLeader(server);
}

export function answerReconfiguration({ state, node }: Server, body: JsonObject): void {
  const { leading } = state;
  if (leading === null || leading.reconfiguration === null) return;
  node.cancelTimer("reconfiguration");
  node.reply(leading.reconfiguration.request, body);
  leading.reconfiguration = null;
}

/** Whether a quorum of the new members has executed all slots in which the old ones voted. */
function hasMoved({ state, rules, node }: Server, { from, members }: Configuration): boolean {
  const answered = state.leading?.answered ?? {};
  const end = rules.movesAll ? from : from - 1;
  const moved = members.filter(
    (id: NodeId) => (id === node.id ? state.committed : (answered[id]?.committed ?? 0)) >= end,
  );
  return rules.movesToQuorum ? isQuorum(members, moved, rules) : moved.length > 0;
}
