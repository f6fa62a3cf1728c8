import type { NodeId } from "../../../contracts/protocol.ts";
import { isQuorum } from "./configuration.ts";
import { entryAt, type Value } from "./log.ts";
import { askForLease, send, setHeartbeat, type Leadership, type Server } from "./server.ts";

/** Phase 1a: asks those for a promise who have not given it. */
export function askForPromises(server: Server): void {
  const { state, node } = server;
  const { leading, committed } = state;
  if (leading === null) return;
  const { ballot, promises } = leading;
  for (const id of node.nodes) {
    if (id === node.id || promises.includes(id)) continue;
    send(server, id, { type: "prepare", ballot, from: committed });
  }
}

/** Asks everyone for what is chosen and not known here. */
export function askForChosen(server: Server): void {
  const { state, node } = server;
  for (const id of node.nodes) if (id !== node.id) send(server, id, { type: "fetch", from: state.committed });
}

/** Phase 2a: sends what is proposed in the slots from `first` on, a batch of it, to one node. */
export function askForVotes(server: Server, to: NodeId, first: number): void {
  const { log, committed, leading } = server.state;
  if (leading === null) return;
  const { ballot, round, asked, next } = leading;
  const values: Value[] = [];
  for (let slot = first; slot < Math.min(next, first + server.rules.batch); slot++) {
    const entry = entryAt(log, slot);
    if (entry?.ballot !== ballot) break;
    values.push(entry.value);
  }
  send(server, to, { type: "accept", ballot, first, values, committed, round, asked });
}

/** Asks everyone whether this is still the leader. */
export function askWhetherLeading(server: Server): void {
  const { state, node } = server;
  const { leading } = state;
  if (leading === null) return;
  beginRound(server, leading);
  for (const id of node.nodes) if (id !== node.id) askForVotes(server, id, leading.next);
}

/** Tells everyone that the leader still leads, and sends again what was not answered. */
export function sendHeartbeats(server: Server): void {
  const { state, rules, node } = server;
  const { leading, configurations } = state;
  if (leading === null) return;
  setHeartbeat(server);
  if (!configurations.every(({ members }) => isQuorum(members, leading.promises, rules)))
    askForPromises(server);
  if (typeof rules.reads === "object") beginRound(server, leading);
  for (const id of node.nodes) if (id !== node.id) askForVotes(server, id, firstUnanswered(leading, id));
}

function beginRound(server: Server, leading: Leadership): void {
  leading.round++;
  askForLease(server, leading);
}

function firstUnanswered({ votes, next }: Leadership, node: NodeId): number {
  // Members with integer names come in ascending order.
  for (const [slot, voters] of Object.entries(votes)) if (!voters.includes(node)) return Number(slot);
  return next;
}
