import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { FaultJournal } from "../../journal.ts";
import { FaketimeClocks } from "./faketime-clocks.ts";
import { findLibfaketime, libfaketimeAdvice } from "./libfaketime.ts";
import { missingForVdsoClock } from "./needs.ts";
import type { NodeClocks } from "./node-clocks.ts";
import { VdsoClocks } from "./vdso-clocks.ts";

/**
 * Why the clocks of a system's nodes cannot be set here, in words; undefined if they can. `withoutLibfaketime` says why libfaketime does not serve
 * the system, where it does not.
 */
export function missingForClocks(withoutLibfaketime?: string): string | undefined {
  const noVdso = missingForVdsoClock();
  if (noVdso === undefined) return undefined;
  if (withoutLibfaketime !== undefined)
    return `${noVdso}, and libfaketime does not serve it: ${withoutLibfaketime}`;
  return findLibfaketime() === undefined ? `${noVdso}, and ${libfaketimeAdvice}` : undefined;
}

/** The clocks of nodes: of the running processes, where that is possible, else through libfaketime, which is preloaded. */
export function openClocks(options: {
  /** The folder below which each node has one. */
  readonly directory: string;
  readonly journal: FaultJournal;
  /** The process of a node. */
  readonly leader: (node: NodeId) => number | undefined;
  readonly withoutLibfaketime?: string;
}): NodeClocks {
  const { directory, journal, leader, withoutLibfaketime } = options;
  if (missingForVdsoClock() === undefined) return new VdsoClocks(journal, leader);
  const library = findLibfaketime();
  if (withoutLibfaketime !== undefined || library === undefined)
    throw new Error(missingForClocks(withoutLibfaketime) ?? libfaketimeAdvice);
  return new FaketimeClocks(library, directory, journal, leader);
}
