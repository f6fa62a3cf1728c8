import { forwarding } from "../../state-machine/forwarding.ts";
import { carryOut } from "./primary.ts";
import type { Server } from "./server.ts";

/** What clients ask of a node goes to the leader of the configuration that it knows. */
export const { takeClientRequest, askAgain } = forwarding<Server>({
  leader: ({ state }) => state.leader,
  leads: ({ state, node }) => state.leader === node.id,
  carryOut: (server, operation) => carryOut(server, operation),
});
