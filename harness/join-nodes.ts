import type { FaultJournal } from "./journal.ts";
import type { NodeClocks } from "./local/clock/node-clocks.ts";
import type { NodeProcesses } from "./local/node-processes.ts";
import type { LinkNetwork } from "./network/link-network.ts";
import { openNetwork } from "./network/open-network.ts";
import { openRemote } from "./remote/open-remote.ts";
import { untouchedProcesses } from "./running/running-system.ts";
import type { TestPlan } from "./test-plan.ts";

/** How the nodes of a run are joined, and their processes where they are not of this machine and our own. */
export interface Joined {
  readonly network: LinkNetwork;
  readonly processes?: NodeProcesses;
  /** The clocks of other machines, where they are to be set. */
  readonly clocks?: NodeClocks;
}

/** Makes the network of a planned run; where its nodes are on other machines or run already, the way to their processes as well. */
export async function joinNodes(
  plan: TestPlan,
  options: {
    /** The folder under which each node has one for its logs. */
    readonly directory: string;
    readonly journal: FaultJournal;
    readonly endedByItself: (node: string, how: string) => void;
  },
): Promise<Joined> {
  const { description, system, machines, servers } = plan;
  const { journal } = options;
  if (machines !== undefined)
    return openRemote({
      ...options,
      machines,
      ...(plan.means === undefined ? {} : { means: plan.means }),
      system,
      // Short, since it becomes part of names that the kernel limits.
      name: `rashomon_${process.pid}_${Date.parse(description.started).toString(36)}`,
      skewClocks: description.faults.includes("clock"),
    });
  const moment = description.started.replace(/\D/g, "");
  const network = await openNetwork({
    kind: plan.network,
    nodes: description.nodes,
    system,
    seed: description.seed,
    name: `rashomon-${process.pid}-${moment}`,
    journal,
    ...(servers === undefined ? {} : { listening: servers.addresses }),
  });
  return { network, ...(servers === undefined ? {} : { processes: untouchedProcesses }) };
}
