import type { NodeId } from "../../../contracts/protocol.ts";
import { execute } from "./execution.ts";
import { askAgain } from "./forwarding.ts";
import type { Accept, Prepare, Probe, Transfer } from "./messages.ts";
import {
  castVote,
  endOf,
  expectLeader,
  noteComplete,
  pendingOf,
  promise,
  putPending,
  send,
  stopLeading,
  type Server,
} from "./server.ts";

export function onProbe(server: Server, candidate: NodeId, { ballot }: Probe): void {
  const { complete, seen, promised } = server.state;
  send(server, candidate, { type: "here", ballot, complete, seen: Math.max(seen, promised) });
}

/**
 * Phase 1b: promises to take part in no lower ballot, and tells what it has voted for. Since all members vote for
 * everything, one member knows all that was chosen.
 */
export function onPrepare(server: Server, candidate: NodeId, { ballot, previous }: Prepare): void {
  const { state, rules, node } = server;
  if (ballot < state.promised) return send(server, candidate, { type: "nack", promised: state.promised });
  const isLatest = state.vote.ballot === previous || !rules.tellsPending;
  const pending = rules.tellsPrevious ? pendingOf(state, previous) : state.pending.at(-1);
  const vote = isLatest ? state.vote : pending;
  if (vote === undefined) return;
  if (rules.promises) promise(server, ballot);
  if (rules.stopsLeading && state.leading !== null && state.leading.ballot < ballot) stopLeading(server);
  if (rules.syncsPromise) node.sync();
  send(server, candidate, { type: "promised", ballot, vote });
}

/** Takes over the state with which a ballot begins. */
export function onTransfer(server: Server, leader: NodeId, { vote }: Transfer): void {
  const { state, node } = server;
  if (vote.ballot < state.promised) return send(server, leader, { type: "nack", promised: state.promised });
  promise(server, vote.ballot);
  if (state.leading !== null && state.leading.ballot < vote.ballot) stopLeading(server);
  putPending(server, vote);
  node.sync();
  send(server, leader, { type: "transferred", ballot: vote.ballot });
}

/** Phase 2b of a ballot that is active: votes for operations that follow those that it has. */
export function onAccept(server: Server, leader: NodeId, message: Accept): void {
  const { state, node } = server;
  const { configuration, first, operations, committed, round } = message;
  const { ballot, members } = configuration;
  noteComplete(server, configuration);
  if (ballot < state.promised) return send(server, leader, { type: "nack", promised: state.promised });
  if (leader !== node.id) {
    const isNew = state.leader !== leader;
    if (state.leading !== null && (state.leading.ballot < ballot || state.leading.phase === "probing"))
      stopLeading(server);
    if (state.leading !== null) return;
    state.leader = leader;
    expectLeader(server);
    if (isNew) askAgain(server);
  }
  if (!members.includes(node.id) || state.vote.ballot !== ballot) return;
  const end = endOf(state.vote);
  if (first <= end && first + operations.length > end) {
    const fresh = operations.slice(end - first);
    castVote(server, { ...state.vote, operations: [...state.vote.operations, ...fresh] });
  }
  node.sync();
  execute(server, Math.min(committed, endOf(state.vote)));
  send(server, leader, { type: "accepted", ballot, end: endOf(state.vote), round });
}
