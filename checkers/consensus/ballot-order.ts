import { inWords } from "../../histories/json.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { eachPlace, type Cursors } from "./sweep.ts";
import type { ConsensusView } from "./view.ts";

type Memory = { readonly cursors: Cursors };

/**
 * Ballot order, of protocols whose leaders take over the logs of earlier ones before they append to them (Raft, Zab, Viewstamped
 * Replication): ballots do not fall along a log, that of the entry before its first included. A log in which they do was put
 * together from two.
 */
export const ballotOrder: Monitor<Memory> = {
  name: "ballot-order",
  summary: "ballots do not fall along a log",
  begin: () => ({ cursors: {} }),
  look(memory, node, view, occasion) {
    if (occasion !== "step") delete memory.cursors[node];
    return lookAt(memory, node, view);
  },
  finish(memory, node, view) {
    delete memory.cursors[node];
    return lookAt(memory, node, view);
  },
};

function lookAt({ cursors }: Memory, node: string, { log }: ConsensusView): Violation | undefined {
  if (log === undefined) return undefined;
  const { first, before, entries } = log;
  return eachPlace(cursors, node, first, first + entries.length, (slot) => {
    const entry = entries[slot - first];
    const previous = slot === first ? before : entries[slot - first - 1]?.ballot;
    if (entry === null || entry === undefined || previous === undefined || previous <= entry.ballot)
      return undefined;
    return {
      property: "ballot-order",
      nodes: [node],
      explanation: `${node} has ${inWords(entry.value)} of ballot ${entry.ballot} in slot ${slot}, behind an entry of the later ballot ${previous}.`,
      evidence: { slot, ballot: entry.ballot, before: previous },
    };
  });
}
