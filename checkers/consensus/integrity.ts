import { canonical, inWords, type Json } from "../../histories/json.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { eachMember, eachPlace, type Cursors, type Rests } from "./sweep.ts";
import { kept, member, memberOr, same } from "./values.ts";
import type { ConsensusView } from "./view.ts";

type Delivered = {
  /** By message: the places in which nodes delivered it, in order; one if they agree. */
  readonly places: Record<string, number[]>;
  readonly cursors: Cursors;
};

type Memory = {
  /** By message, as text: how often it was broadcast. */
  readonly broadcast: Record<string, number>;
  /** Whether anything was broadcast at all. */
  judging: boolean;
  readonly sequences: Record<string, Delivered>;
  readonly rests: Rests;
};

/**
 * Integrity of a broadcast (Hadzilacos & Toueg 1994): every node delivers a message at most as often as it was broadcast, and so
 * only what was. Judged of what clients `broadcast`, where they do so at all.
 */
export const integrity: Monitor<Memory> = {
  name: "integrity",
  summary: "only what was broadcast is delivered, and once",
  begin: () => ({ broadcast: {}, judging: false, sequences: {}, rests: {} }),
  asked(memory, _node, body) {
    if (body["type"] !== "broadcast") return;
    const { broadcast } = memory;
    memory.judging = true;
    const message = canonical(body["message"] ?? null);
    broadcast[message] = (member(broadcast, message) ?? 0) + 1;
  },
  look(memory, node, view, occasion) {
    if (occasion !== "step") forget(memory, node);
    return lookAt(memory, node, view);
  },
  finish(memory, node, view) {
    forget(memory, node);
    return lookAt(memory, node, view);
  },
};

function forget({ sequences, rests }: Memory, node: string): void {
  delete rests[node];
  for (const name in sequences) delete sequences[name]!.cursors[node];
}

function lookAt(memory: Memory, node: string, { delivered }: ConsensusView): Violation | undefined {
  if (delivered === undefined || !memory.judging) return undefined;
  return eachMember(memory.rests, node, delivered, (name, sequence) => {
    if (sequence.length === 0) return undefined;
    const { places, cursors } = memberOr(memory.sequences, name, () => ({ places: {}, cursors: {} }));
    return eachPlace(cursors, node, 0, sequence.length, (place) => {
      const message = sequence[place] ?? null;
      const text = canonical(message);
      const times = member(memory.broadcast, text);
      if (times === undefined) return violation(node, name, place, message, "which nobody had broadcast");
      const known = memberOr(places, text, () => []);
      addPlace(known, place);
      let own = 0;
      for (const one of known) if (one <= place && same(sequence[one] ?? null, message)) own++;
      if (own <= times) return undefined;
      return violation(
        node,
        name,
        place,
        message,
        times === 1
          ? "which it had delivered before"
          : `${own} times by now, though it was broadcast ${times} times`,
      );
    });
  });
}

function violation(node: string, sequence: string, place: number, message: Json, what: string): Violation {
  return {
    property: "integrity",
    nodes: [node],
    explanation: `${node} delivered ${inWords(message)} in place ${place} of ${sequence}, ${what}.`,
    evidence: { sequence, place, message: kept(message) },
  };
}

/** Puts a place among others in order, unless it is there. */
function addPlace(places: number[], place: number): void {
  if (places.includes(place)) return;
  places.push(place);
  places.sort((a, b) => a - b);
}
