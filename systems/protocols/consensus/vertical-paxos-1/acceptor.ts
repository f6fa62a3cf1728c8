import type { Json } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import type { Accept, Read } from "./messages.ts";
import { acceptorOf, keepAcceptor, send, type Server } from "./server.ts";

/** Phase 1b: promises to vote in no lower ballot, and tells its vote. */
export function onRead(server: Server, leader: NodeId, { key, ballot, of }: Read): void {
  const { state, rules } = server;
  const { promised, vote } = acceptorOf(state, key);
  if (ballot < promised) return send(server, leader, { type: "nack", key, ballot, promised });
  keepAcceptor(server, key, { promised: rules.promises ? ballot : promised, vote });
  send(server, leader, { type: "told", key, ballot, of, vote });
}

/** Phase 2b. */
export function onAccept(server: Server, leader: NodeId, { key, ballot, value }: Accept): void {
  if (castVote(server, key, ballot, value)) return send(server, leader, { type: "accepted", key, ballot });
  const { promised } = acceptorOf(server.state, key);
  send(server, leader, { type: "nack", key, ballot, promised });
}

/** Votes in a ballot unless it has promised a later one; whether it did. */
export function castVote(server: Server, key: string, ballot: number, value: Json): boolean {
  if (ballot < acceptorOf(server.state, key).promised) return false;
  keepAcceptor(server, key, { promised: ballot, vote: { ballot, value } });
  return true;
}
