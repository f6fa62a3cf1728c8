import type { Json } from "../../../../histories/json.ts";
import type { StepMachine } from "../../../contracts/shared-memory.ts";
import { decide, eachProcess, inWordsOrEmpty, machineOf, type Process } from "../program.ts";

/** An object that tells one process that it came first, and no other. */
export interface ElectionObject<State> {
  readonly name: string;
  initial(processes: number): State;
  /** The operation in words. */
  readonly does: string;
  /** Carries it out on `box.state`; whether the process came first. */
  compete(box: { state: State }, me: number): boolean;
}

interface Memory<State> {
  /** What each process proposes, as it has said; empty before. */
  readonly announced: Json[];
  readonly object: { state: State };
}

interface Local extends Process {
  readonly value: Json;
  /** Whose announcement a loser reads next. */
  reading: number;
}

/**
 * Consensus from an object that tells who came first: each process announces its value, competes, and decides
 * its own value if it won. A loser knows who won where there are two; of more it can only take the first
 * other that has announced anything.
 */
export function electionMachine<State>(
  object: ElectionObject<State>,
  announcesFirst = true,
): StepMachine<Memory<State>, Local> {
  const first = announcesFirst ? "announce" : "compete";
  const won = announcesFirst ? "won" : "announce";
  return machineOf<Memory<State>, Local>({
    name: object.name,
    memory: (processes) => ({
      announced: eachProcess(processes, () => null),
      object: { state: object.initial(processes) },
    }),
    begin: (me, processes, value) => ({
      at: first,
      me,
      processes,
      value,
      reading: me === 0 ? 1 : 0,
      decided: null,
    }),
    lines: {
      announce: {
        does: ({ me, value }) => `write ${inWordsOrEmpty(value)} to announced[${me}]`,
        run({ announced }, local) {
          announced[local.me] = local.value;
          if (announcesFirst) local.at = "compete";
          else decide(local, local.value);
        },
      },
      compete: {
        does: object.does,
        run({ object: box }, local) {
          if (!object.compete(box, local.me)) local.at = "read";
          else if (won === "won") decide(local, local.value);
          else local.at = won;
        },
      },
      read: {
        does: ({ reading }) => `read announced[${reading}]`,
        run({ announced }, local) {
          const found = announced[local.reading] ?? null;
          if (found !== null) return decide(local, found);
          local.reading += local.reading + 1 === local.me ? 2 : 1;
          // Nobody who won can be silent where all announce first; else there is nobody to follow.
          if (local.reading >= local.processes) decide(local, local.value);
        },
      },
    },
  });
}
