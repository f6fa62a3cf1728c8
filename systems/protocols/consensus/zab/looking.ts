import type { NodeId } from "../../../contracts/protocol.ts";
import { rankOf, send, waitPatiently, type Server } from "./server.ts";

/** Gives up whatever it was, and looks for a leader in a new round: for a start it votes for itself. */
export function look(server: Server): void {
  const { state, node } = server;
  if (state.leading !== null) node.cancelTimer("ping");
  state.role = "looking";
  state.phase = "election";
  state.leader = null;
  state.leading = null;
  state.applicants = {};
  voteForMyself(server, state.round + 1);
  shareVote(server);
  waitPatiently(server);
}

export function voteForMyself({ state, node }: Server, round: number): void {
  state.round = round;
  state.vote = { candidate: node.id, ...rankOf(state) };
  state.ballots = { [node.id]: node.id };
}

/** Tells all others whom it votes for; not one of whom it knows that it learns so in another way. */
export function shareVote(server: Server, except?: NodeId): void {
  const { state, node } = server;
  if (state.vote === null) return;
  const { round, vote } = state;
  for (const to of node.nodes) {
    if (to !== node.id && to !== except) send(server, to, { type: "vote", round, vote });
  }
}
