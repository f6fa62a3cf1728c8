import { forwarding } from "../../state-machine/forwarding.ts";
import { carryOut } from "./proposals.ts";
import type { Server } from "./server.ts";

/** What clients ask of a node goes to whom it takes for the leader. */
export const { takeClientRequest, askAgain } = forwarding<Server>({
  leader: ({ state }) => state.leader,
  leads: ({ state }) => state.role === "leader",
  carryOut: (server, operation) => carryOut(server, operation),
});
