import type { Monitor } from "./monitor.ts";
import { member } from "./values.ts";

/** By ballot: who led in it. */
type Memory = Record<string, string>;

/** Leader uniqueness (election safety in Raft, leadership in Zab): in each ballot at most one node ever leads. */
export const leaderUniqueness: Monitor<Memory> = {
  name: "leader-uniqueness",
  summary: "in each ballot (term, epoch) at most one node ever leads",
  begin: () => ({}),
  look(leaders, node, { leads }) {
    if (leads === undefined || leads === null) return undefined;
    const ballot = String(leads);
    const other = member(leaders, ballot);
    if (other === undefined) leaders[ballot] = node;
    if (other === undefined || other === node) return undefined;
    return {
      property: "leader-uniqueness",
      nodes: [other, node].toSorted(),
      explanation: `${node} leads in ballot ${ballot}, in which ${other} led.`,
      evidence: { ballot: leads, leaders: [other, node] },
    };
  },
};
