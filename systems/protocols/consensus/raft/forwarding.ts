import { forwarding } from "../../state-machine/forwarding.ts";
import { carryOut } from "./leadership.ts";
import type { Server } from "./server.ts";

/** What clients ask of a server goes to the leader of its term. */
export const { takeClientRequest, askAgain } = forwarding<Server>({
  leader: ({ state }) => state.leader,
  leads: ({ state }) => state.role === "leader",
  carryOut: (server, operation) => carryOut(server, operation),
});
