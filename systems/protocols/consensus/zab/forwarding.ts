import { forwarding } from "../../state-machine/forwarding.ts";
import { propose } from "./broadcast.ts";
import type { Server } from "./server.ts";

/** What clients ask of a server goes to its leader, once that has brought it up to date. */
export const { takeClientRequest, askAgain } = forwarding<Server>({
  leader: ({ state }) => (state.phase === "broadcast" ? state.leader : null),
  leads: ({ state }) => state.role === "leading",
  carryOut: (server, operation) => propose(server, operation),
});
