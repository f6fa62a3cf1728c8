import { createRequire } from "node:module";

import type { System } from "../../contracts/system.ts";
import { LineClient } from "../lines/client.ts";
import { lineCluster, memoryFaults } from "../lines/cluster.ts";
import { registerLanguage } from "./client.ts";

/**
 * One server that holds registers in memory: the simplest system there is, linearizable for as long as it
 * lives. It forgets everything when it ends, so it must not be killed.
 */
export const memoryRegister: System = {
  name: "memory-register",
  summary: "Registers in the memory of one server; a system so simple that it should always pass.",
  claims: ["linearizable"],
  workloads: ["register"],
  capabilities: memoryFaults,
  nodeCounts: { default: 1, minimum: 1, maximum: 1 },
  mutants: [],
  remote: true,
  open: (surroundings) => {
    const server = createRequire(import.meta.url).resolve("rashomon/systems/memory-register");
    return Promise.resolve(
      lineCluster(surroundings, server, [], (address) => new LineClient(address, registerLanguage)),
    );
  },
};
