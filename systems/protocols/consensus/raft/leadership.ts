import type { NodeId } from "../../../contracts/protocol.ts";
import { isReadOnly } from "../../state-machine/command.ts";
import { sameOperation, type Operation } from "../../state-machine/operation.ts";
import { answerTo } from "../../state-machine/state-machine.ts";
import { advanceCommitment, answerOrigin } from "./commitment.ts";
import { isQuorum, withNode } from "./configuration.ts";
import { entryAt, isOperation, lastIndex } from "./log.ts";
import { continueReconfiguration } from "./membership.ts";
import type { Appended } from "./messages.ts";
import { serveReads, takeRead } from "./reads.ts";
import { appendEntry, noteProgress } from "./replication.ts";
import { becomeFollower, setHeartbeat, setQuorumCheck, type Progress, type Server } from "./server.ts";

/** A leader takes no more entries than so many that are not committed. */
const backlog = 4_096;

/** Leads from now on. Its term begins with an entry that says no more: with it, all before gets committed (§8). */
export function becomeLeader(server: Server): void {
  const { state, node } = server;
  const begin = lastIndex(state.log) + 1;
  const followers: Record<NodeId, Progress> = {};
  for (const id of node.nodes) {
    if (id !== node.id) followers[id] = { next: begin, match: 0, waiting: false, round: 0 };
  }
  state.role = "leader";
  state.leader = node.id;
  state.votes = [];
  state.leading = { begin, stored: 0, followers, heard: [], round: 0, reads: [], reconfiguration: null };
  node.cancelTimer("election");
  setHeartbeat(server);
  setQuorumCheck(server);
  appendEntry(server, { begins: state.term });
}

/** Has an operation done, unless that is so already or under way. */
export function carryOut(server: Server, operation: Operation): void {
  const { state } = server;
  if (isReadOnly(operation.command)) return takeRead(server, operation);
  const answer = answerTo(state.machine, operation);
  if (answer !== undefined) return answerOrigin(server, operation, answer);
  const open = lastIndex(state.log) - state.committed;
  if (open < backlog && !isUnderWay(server, operation)) appendEntry(server, operation);
}

/** A follower has answered. */
export function onAppended(server: Server, from: NodeId, answer: Appended): void {
  const { state, rules, node } = server;
  const { leading } = state;
  if (leading === null || (rules.countsOwnAnswersOnly && answer.term !== state.term)) return;
  leading.heard = withNode(leading.heard, from);
  if (from === node.id) leading.stored = Math.max(leading.stored, answer.success ? answer.match : 0);
  noteProgress(server, from, answer);
  advanceCommitment(server);
  continueReconfiguration(server);
  serveReads(server);
}

/** Gives up when no majority answered since the last time: perhaps the others have another leader (thesis, §6.2). */
export function checkQuorum(server: Server): void {
  const { state, rules, node } = server;
  const { leading, configuration } = state;
  if (leading === null) return;
  if (!isQuorum(configuration, withNode(leading.heard, node.id), rules)) return becomeFollower(server);
  leading.heard = [];
  setQuorumCheck(server);
}

function isUnderWay({ state }: Server, operation: Operation): boolean {
  for (let index = lastIndex(state.log); index > state.committed; index--) {
    const value = entryAt(state.log, index)?.value;
    if (isOperation(value) && sameOperation(value, operation)) return true;
  }
  return false;
}
