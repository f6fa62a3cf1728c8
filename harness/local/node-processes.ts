import type { Machine } from "../../systems/contracts/machine.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { ProcessSpecification } from "../../systems/contracts/system.ts";
import type { Residence } from "./residence.ts";

/** The processes of the nodes of a world: on this machine, on others, or somebody else's. */
export interface NodeProcesses {
  /** Starts the process of `node` in `directory`; its output is appended to `log`. Whoever is at its residence belongs to the node. */
  start(
    node: NodeId,
    specification: ProcessSpecification,
    directory: string,
    log: string,
    residence?: Residence,
  ): void | Promise<void>;
  /** Runs a program for a node to its end, its output in `log`; throws with the end of that unless all went well. */
  run(node: NodeId, specification: ProcessSpecification, directory: string, log: string): Promise<void>;
  /** The process that was started for a node, where it is one of this machine. */
  pid(node: NodeId): number | undefined;
  alive(node: NodeId): boolean;
  paused(node: NodeId): boolean;
  /** Ends a node's whole process tree at once; returns when it is gone. */
  kill(node: NodeId): Promise<void>;
  /** Asks a node to end; kills it if it has not done so in `patience` milliseconds. */
  terminate(node: NodeId, patience: number): Promise<"ended" | "killed">;
  /** Stops a node's whole process tree; returns when every process of it is stopped. */
  pause(node: NodeId): Promise<void>;
  resume(node: NodeId): Promise<void>;
  /** That a node is about to end, and not by itself, or is not after all. */
  expectEnd?(node: NodeId, expected: boolean): void;
  /** Where a node has its folder, where that is another machine's. */
  folder?(node: NodeId): string;
  /** Copies a file or folder of this machine to that of a node, where that is another one; gives its path there. */
  bring?(node: NodeId, path: string): Promise<string>;
  /** The machine of a node, where that is another one. */
  machine?(node: NodeId): Machine;
  /** Ends every node. */
  close(): Promise<void>;
}
