import { join } from "node:path";

import { RunError } from "../../histories/errors.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { System } from "../../systems/contracts/system.ts";
import type { FaultJournal } from "../journal.ts";
import type { RemoteMachine } from "./inventory.ts";
import { probeMachines, type RemoteMeans } from "./means.ts";
import { RemoteClocks } from "./remote-clocks.ts";
import { RemoteNetwork } from "./remote-network.ts";
import { RemoteProcesses } from "./remote-processes.ts";
import { RemoteShell } from "./remote-shell.ts";

/** What a run has of other machines. */
export interface RemoteWorld {
  readonly network: RemoteNetwork;
  readonly processes: RemoteProcesses;
  readonly clocks?: RemoteClocks;
}

/** Makes ready the machines of a run: connections, a folder for each node, the network between them, and their clocks if those are to be set. */
export async function openRemote(options: {
  readonly machines: readonly RemoteMachine[];
  /** What each machine has; they are looked at unless given. */
  readonly means?: ReadonlyMap<NodeId, RemoteMeans>;
  readonly system: Pick<System, "ports">;
  /** Letters, digits and underscores that no other run has; at most 26. */
  readonly name: string;
  /** The folder of this machine in which each node has one for its logs. */
  readonly directory: string;
  readonly journal: FaultJournal;
  readonly skewClocks: boolean;
  readonly endedByItself: (node: NodeId, how: string) => void;
}): Promise<RemoteWorld> {
  const { machines, system, name, directory, journal, skewClocks, endedByItself } = options;
  const means = options.means ?? (await probeMachines(machines));
  const shells = new Map(machines.map(({ node, ssh }) => [node, new RemoteShell(ssh)]));
  const folders = new Map(machines.map(({ node, directory: base }) => [node, `${base}/${name}/${node}`]));
  const kept = (node: NodeId): string => join(directory, node);
  const network = new RemoteNetwork({ machines, shells, ports: system.ports ?? [], journal, means, name });
  try {
    await Promise.all(
      [...shells].map(([node, shell]) => shell.run('mkdir -p "$1"', [folders.get(node) ?? ""])),
    );
    const processes = new RemoteProcesses({ shells, folders, kept, journal, endedByItself });
    if (!skewClocks) return { network, processes };
    return { network, processes, clocks: await RemoteClocks.open(shells, journal) };
  } catch (cause) {
    await network.close();
    throw new RunError("E_REMOTE", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
