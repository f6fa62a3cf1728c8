import { compareCommitted, emptyLog, type CommittedLog } from "./committed-log.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { believeNothing, member } from "./values.ts";
import type { ConsensusView } from "./view.ts";

type Memory = {
  readonly log: CommittedLog;
  /** By position: the digest of the state there. */
  readonly digests: Record<string, string>;
};

/**
 * State-machine safety (Ongaro & Ousterhout 2014): no two nodes ever have different entries committed in the same slot, and
 * replicas that have executed equally many commands are in the same state.
 */
export const stateMachineSafety: Monitor<Memory> = {
  name: "state-machine-safety",
  summary: "equal slots, equal committed entries; equal positions, equal states",
  begin: () => ({ log: emptyLog(), digests: {} }),
  look(memory, node, view) {
    return lookAt(memory, node, view);
  },
  finish(memory, node, view) {
    believeNothing();
    delete memory.log.cursors[node];
    return lookAt(memory, node, view);
  },
};

function lookAt(memory: Memory, node: string, { log, state }: ConsensusView): Violation | undefined {
  const violation =
    log === undefined ? undefined : compareCommitted(memory.log, stateMachineSafety.name, node, log);
  if (violation !== undefined || state === undefined) return violation;
  const position = String(state.position);
  const before = member(memory.digests, position);
  if (before === undefined) memory.digests[position] = state.digest;
  if (before === undefined || before === state.digest) return undefined;
  return {
    property: "state-machine-safety",
    nodes: [node],
    explanation: `After ${position} commands the state of ${node} is ${state.digest}; another replica's was ${before} there.`,
    evidence: { position: state.position, before, now: state.digest },
  };
}
