import { canonical, inWords } from "../../histories/json.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { eachMember, eachPlace, type Cursors, type Rests } from "./sweep.ts";
import { memberOr, same, kept } from "./values.ts";
import type { ConsensusView } from "./view.ts";

type Executed = {
  /** By command, as text: the places in which nodes executed it, in order. */
  readonly places: Record<string, number[]>;
  readonly cursors: Cursors;
};

type Memory = { readonly sequences: Record<string, Executed>; readonly rests: Rests };

/**
 * Exactly once: no node executes a command twice. Commands in `delivered` are the same if they are equal, so they carry who asked
 * and which request of theirs it is; null is no command (a gap filled with nothing), and may come as often as it likes.
 */
export const exactlyOnce: Monitor<Memory> = {
  name: "exactly-once",
  summary: "no node executes a command twice, whoever asked again",
  begin: () => ({ sequences: {}, rests: {} }),
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
  if (delivered === undefined) return undefined;
  return eachMember(memory.rests, node, delivered, (name, sequence) => {
    if (sequence.length === 0) return undefined;
    const { places, cursors } = memberOr(memory.sequences, name, () => ({ places: {}, cursors: {} }));
    return eachPlace(cursors, node, 0, sequence.length, (place) => {
      const command = sequence[place] ?? null;
      if (command === null) return undefined;
      const known = memberOr(places, canonical(command), () => []);
      const other = known.find((one) => one < place && same(sequence[one] ?? null, command));
      if (!known.includes(place)) {
        known.push(place);
        known.sort((a, b) => a - b);
      }
      if (other === undefined) return undefined;
      return {
        property: "exactly-once",
        nodes: [node],
        explanation: `${node} executed ${inWords(command)} twice, in places ${other} and ${place} of ${name}.`,
        evidence: { sequence: name, places: [other, place], command: kept(command) },
      };
    });
  });
}
