import { forwarding } from "../../state-machine/forwarding.ts";
import { isReadOnly } from "../../state-machine/command.ts";
import type { Operation } from "../../state-machine/operation.ts";
import { propose } from "./broadcast.ts";
import { takeSync } from "./reads.ts";
import type { Server } from "./server.ts";

/** What the leader does with an operation: it proposes it, unless it is a read that needs no place in the history. */
export function carryOut(server: Server, operation: Operation): void {
  if (server.rules.reads === "synced" && isReadOnly(operation.command)) takeSync(server, operation);
  else propose(server, operation);
}

/** What clients ask of a server goes to its leader, once that has brought it up to date. */
export const { takeClientRequest, askAgain } = forwarding<Server>({
  leader: ({ state }) => (state.phase === "broadcast" ? state.leader : null),
  leads: ({ state }) => state.role === "leading",
  carryOut,
});
