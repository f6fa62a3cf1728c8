import type { Json } from "../../../../histories/json.ts";
import type { Accept, Nack, Prepare, Promised } from "./messages.ts";
import type { Round } from "./rounds.ts";
import { keepAcceptor, promisedRound, type Server } from "./server.ts";

/** Phase 1b. */
export function prepare(server: Server, { key, round }: Prepare): Promised | Nack {
  const { state } = server;
  const promised = promisedRound(state, key);
  if (round < promised) return { type: "nack", key, round, promised };
  state.promised[key] = round;
  // Also when the message came a second time: the first answer may still wait for the disk.
  keepAcceptor(server, key);
  return { type: "promised", key, round, vote: state.votes[key] ?? null };
}

/** Phase 2b of a classic round; whether it voted. */
export function accept(server: Server, { key, round, value }: Accept): boolean {
  if (round < promisedRound(server.state, key)) return false;
  castVote(server, key, round, value);
  return true;
}

export function castVote(server: Server, key: string, round: Round, value: Json): void {
  const { state } = server;
  state.votes[key] = { ballot: round, value };
  state.promised[key] = Math.max(round, promisedRound(state, key));
  keepAcceptor(server, key);
}
