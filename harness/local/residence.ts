import { readlinkSync } from "node:fs";

import { processTable, type ProcessEntry } from "./process-table.ts";

/** A network namespace and the process that holds it: whoever else is in it belongs to a node. */
export interface Residence {
  /** What the kernel calls the namespace: `net:[4026532281]`. */
  readonly namespace: string;
  readonly holder: number;
}

/** The processes in a namespace that run, but for its holder: daemons that have left their parents behind are among them. */
export function residents({ namespace, holder }: Residence): ProcessEntry[] {
  return processTable().filter(
    ({ pid, state }) => state !== "Z" && pid !== holder && networkNamespace(pid) === namespace,
  );
}

function networkNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    // It has ended, or is somebody else's.
    return undefined;
  }
}
