/**
 * Reads that take no place in the history. A local one is answered from what the server has delivered: it may be behind others,
 * and never behind what the server's clients have seen. Or the server syncs with the leader first, as ZooKeeper has it.
 */
import type { NodeId } from "../../../contracts/protocol.ts";
import { errorBody, errorCodes } from "../../errors.ts";
import type { Command } from "../../state-machine/command.ts";
import { settle } from "../../state-machine/open-requests.ts";
import type { Operation } from "../../state-machine/operation.ts";
import { read } from "../../state-machine/state-machine.ts";
import type { Confirm, Confirmed, Synced } from "./messages.ts";
import { isQuorum, isSynchronized, send, type Server, type Sync } from "./server.ts";

/**
 * Only a server that takes part in the broadcast answers. One that has just started has delivered nothing yet; one that
 * has joined a leader has delivered what that had committed by then, and so all that it ever had delivered itself.
 */
export function readLocally({ state, rules, node }: Server, request: string, command: Command): void {
  if (state.phase === "broadcast" || !rules.readsLocallyOnceJoined)
    return node.reply(request, read(state.machine, command));
  node.reply(
    request,
    errorBody(errorCodes.temporarilyUnavailable, "this server has no leader; nothing was changed"),
  );
}

/**
 * A server is to catch up with this leader, to answer a read. What was committed by now has been told to it, on the same link,
 * before it will be told that it has caught up; and that this server led by now a quorum must say, which is asked
 * afterwards: another leader may have committed more. ZooKeeper's own `sync` does not ask.
 */
export function takeSync(server: Server, { origin, life, number }: Operation): void {
  const { state, rules } = server;
  const { leading } = state;
  if (leading === null || state.phase !== "broadcast") return;
  const isSame = (sync: Sync): boolean =>
    sync.origin === origin && sync.life === life && sync.number === number;
  // Asked again: a question may have been lost.
  leading.syncs = leading.syncs.filter((sync) => !isSame(sync));
  leading.round++;
  leading.syncs.push({ origin, life, number, round: leading.round });
  if (rules.confirmsSyncs) {
    for (const [to, { stage }] of Object.entries(leading.followers)) {
      if (stage === "ack-ld")
        send(server, to, { type: "confirm", epoch: leading.epoch, round: leading.round });
    }
  }
  tellSynced(server);
}

/** Who follows the leader still has accepted no later epoch, without which nobody else has committed anything. */
export function onConfirm(server: Server, leader: NodeId, { epoch, round }: Confirm): void {
  if (isSynchronized(server, leader)) send(server, leader, { type: "confirmed", epoch, round });
}

export function onConfirmed(server: Server, from: NodeId, { epoch, round }: Confirmed): void {
  const { leading } = server.state;
  const follower = leading?.followers[from];
  if (leading === null || follower === undefined || epoch !== leading.epoch) return;
  follower.round = Math.max(follower.round, round);
  tellSynced(server);
}

/** The server has delivered what was committed when its sync came to the leader. */
export function onSynced(server: Server, leader: NodeId, { life, number }: Synced): void {
  const { state } = server;
  if (state.leader === leader && state.phase === "broadcast") answerRead(server, life, number);
}

/** Tells those servers whose syncs a quorum has confirmed. */
function tellSynced(server: Server): void {
  const { state, rules, node } = server;
  const { leading } = state;
  if (leading === null) return;
  const confirmed = (sync: Sync): boolean => {
    const following = Object.values(leading.followers).filter(({ round }) => round >= sync.round);
    return !rules.confirmsSyncs || isQuorum(server, following.length + 1);
  };
  const done = leading.syncs.filter(confirmed);
  leading.syncs = leading.syncs.filter((sync) => !done.includes(sync));
  for (const { origin, life, number } of done) {
    if (origin === node.id) answerRead(server, life, number);
    else if (leading.followers[origin]?.stage === "ack-ld")
      send(server, origin, { type: "synced", life, number });
  }
}

function answerRead({ state, node }: Server, life: number, number: number): void {
  const open = state.requests.open[number];
  if (open === undefined) return;
  settle(state.requests, { origin: node.id, life, number }, read(state.machine, open.command), node);
}
