import { inWords, type Json } from "../../histories/json.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { eachMember, eachPlace, type Cursors, type Rests } from "./sweep.ts";
import { believeNothing, kept, memberOr, stillSame } from "./values.ts";
import type { ConsensusView } from "./view.ts";

type Sequence = { readonly agreed: Json[]; readonly cursors: Cursors };

type Memory = {
  /** By name: the longest sequence that was delivered so far. */
  readonly sequences: Record<string, Sequence>;
  readonly rests: Rests;
};

/**
 * Total order (Hadzilacos & Toueg 1994; "prefix consistency" in Zab): whatever nodes have delivered under one name, at any time,
 * are prefixes of one sequence.
 */
export const totalOrder: Monitor<Memory> = {
  name: "total-order",
  summary: "what nodes deliver are prefixes of one sequence",
  begin: () => ({ sequences: {}, rests: {} }),
  look(memory, node, view, occasion) {
    if (occasion !== "step") forget(memory, node);
    return lookAt(memory, node, view);
  },
  finish(memory, node, view) {
    believeNothing();
    forget(memory, node);
    return lookAt(memory, node, view);
  },
};

function forget({ sequences, rests }: Memory, node: string): void {
  delete rests[node];
  for (const name in sequences) delete sequences[name]!.cursors[node];
}

function lookAt(
  { sequences, rests }: Memory,
  node: string,
  { delivered }: ConsensusView,
): Violation | undefined {
  if (delivered === undefined) return undefined;
  return eachMember(rests, node, delivered, (name, sequence) => {
    if (sequence.length === 0) return undefined;
    const { agreed, cursors } = memberOr(sequences, name, () => ({ agreed: [], cursors: {} }));
    return eachPlace(cursors, node, 0, sequence.length, (place) => {
      const value = sequence[place] ?? null;
      const before = agreed[place];
      if (before === undefined) {
        agreed.push(kept(value));
        return undefined;
      }
      if (stillSame(before, value)) return undefined;
      return {
        property: "total-order",
        nodes: [node],
        explanation: `${node} delivered ${inWords(value)} in place ${place} of ${name}, where ${inWords(before)} was delivered before.`,
        evidence: { sequence: name, place, before, now: kept(value) },
      };
    });
  });
}
