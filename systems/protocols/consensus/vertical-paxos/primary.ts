import type { NodeId } from "../../../contracts/protocol.ts";
import { isReadOnly } from "../../state-machine/command.ts";
import { sameOperation, type Operation } from "../../state-machine/operation.ts";
import { answerTo, read } from "../../state-machine/state-machine.ts";
import { answerOrigin, execute } from "./execution.ts";
import type { Accepted } from "./messages.ts";
import { castVote, endOf, send, setHeartbeat, withNode, type Leadership, type Server } from "./server.ts";

/** A primary takes no more operations than so many that are not chosen. */
const backlog = 256;
const batch = 64;

/** Has an operation done, unless that is so already or under way. */
export function carryOut(server: Server, operation: Operation): void {
  const { state, rules, node } = server;
  const { leading, vote } = state;
  if (leading === null || !takesCommands(server, leading)) return;
  if (isReadOnly(operation.command)) return takeRead(server, leading, operation);
  const answer = answerTo(state.machine, operation);
  if (answer !== undefined) return answerOrigin(server, operation, answer);
  const open = vote.operations.slice(state.committed - vote.base.position);
  if (open.length >= backlog || open.some((each) => sameOperation(each, operation))) return;
  const end = endOf(vote);
  castVote(server, { ...vote, operations: [...vote.operations, operation] });
  if (rules.syncsOwnVote) node.sync();
  for (const id of othersOf(server, leading)) sendOperations(server, leading, id, end);
  if (!rules.writesToAll || leading.members.length === 1) {
    // Alone it decides when its own disk has the vote.
    send(server, node.id, {
      type: "accepted",
      ballot: leading.ballot,
      end: endOf(state.vote),
      round: leading.round,
    });
  }
}

/** Whether it takes commands of clients: its ballot is active, so that all later ones begin with what is done in it. */
export function takesCommands({ state }: Server, leading: Leadership): boolean {
  return leading.phase === "active" && state.vote.ballot === leading.ballot;
}

export function onAccepted(server: Server, from: NodeId, { ballot, end, round }: Accepted): void {
  const { leading } = server.state;
  if (leading === null || leading.ballot !== ballot) return;
  leading.heard = withNode(leading.heard, from);
  const before = leading.answered[from];
  leading.answered[from] = {
    end: Math.max(before?.end ?? 0, end),
    round: Math.max(before?.round ?? 0, round),
  };
  advance(server, leading);
}

/** Tells everyone which ballot is active, and members again what they lack. */
export function sendHeartbeats(server: Server): void {
  const { state, node } = server;
  const { leading } = state;
  if (leading === null || !takesCommands(server, leading)) return;
  setHeartbeat(server);
  for (const id of node.nodes) {
    if (id === node.id) continue;
    const end = leading.members.includes(id)
      ? (leading.answered[id]?.end ?? state.committed)
      : endOf(state.vote);
    sendOperations(server, leading, id, Math.max(end, state.vote.base.position));
  }
}

/** What all members voted for is chosen. */
export function advance(server: Server, leading: Leadership): void {
  const { state, rules, node } = server;
  if (!takesCommands(server, leading)) return;
  const { members } = leading;
  const endFor = (id: NodeId): number =>
    id === node.id ? endOf(state.vote) : (leading.answered[id]?.end ?? 0);
  const ends = members.map(endFor).toSorted((a, b) => b - a);
  const quorum = rules.writesToAll ? ends.length : Math.max(1, Math.floor(ends.length / 2));
  const chosen = Math.min(ends[quorum - 1] ?? 0, endOf(state.vote));
  if (chosen > state.committed) {
    leading.latest = { position: chosen - 1, voters: members.filter((id) => endFor(id) >= chosen), quorum };
    execute(server, chosen);
  }
  serveReads(server, leading);
}

/**
 * A read is answered when all members have said, after it came, that they take part in no higher ballot: to begin
 * one takes the promise of one of them. And when all is executed that may have been chosen in ballots before.
 */
function takeRead(server: Server, leading: Leadership, operation: Operation): void {
  const { state, rules } = server;
  if (!rules.confirmsReads) return answerOrigin(server, operation, read(state.machine, operation.command));
  const idle = leading.reads.length === 0;
  leading.reads.push({ operation, round: leading.round + (idle || rules.confirmsLaterReads ? 1 : 0) });
  if (idle) askWhetherLeading(server, leading);
  serveReads(server, leading);
}

function serveReads(server: Server, leading: Leadership): void {
  const { state, node } = server;
  if (leading.reads.length === 0) return;
  const isConfirmed = leading.members.every(
    (id) => id === node.id || (leading.answered[id]?.round ?? 0) >= leading.round,
  );
  if (!isConfirmed || state.committed < leading.begin) return;
  const ready = leading.reads.filter(({ round }) => round <= leading.round);
  const waiting = leading.reads.filter(({ round }) => round > leading.round);
  for (const { operation } of ready) answerOrigin(server, operation, read(state.machine, operation.command));
  leading.reads.splice(0, leading.reads.length, ...waiting);
  if (waiting.length > 0) askWhetherLeading(server, leading);
}

function askWhetherLeading(server: Server, leading: Leadership): void {
  leading.round++;
  const end = endOf(server.state.vote);
  for (const id of othersOf(server, leading)) sendOperations(server, leading, id, end);
  if (leading.members.length > 1) return;
  const { node } = server;
  send(server, node.id, { type: "accepted", ballot: leading.ballot, end, round: leading.round });
}

function sendOperations(
  { state, node }: Server,
  { ballot, members, round }: Leadership,
  to: NodeId,
  first: number,
): void {
  const { base, operations } = state.vote;
  node.send(to, {
    type: "accept",
    configuration: { ballot, members },
    first,
    operations: operations.slice(first - base.position, first - base.position + batch),
    committed: state.committed,
    round,
  });
}

function othersOf({ node }: Server, { members }: Leadership): NodeId[] {
  return members.filter((id) => id !== node.id);
}
