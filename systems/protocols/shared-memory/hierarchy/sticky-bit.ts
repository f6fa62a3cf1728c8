import type { BundledAlgorithm } from "../../../contracts/shared-memory.ts";
import { algorithm } from "../bundle.ts";
import { decide, eachProcess, inWordsOrEmpty, machineOf, type Process } from "../program.ts";

/** How many bits the values have. */
const width = 2;

interface Memory {
  /** By process: what it proposes, as it has said; empty before. */
  readonly announced: (number | null)[];
  /** The high bit first. A bit sticks to the first value that is written to it. */
  readonly bits: (number | null)[];
}

interface Local extends Process {
  readonly value: number;
  /** The value that the process stands for: it agrees with all bits that have stuck so far. */
  candidate: number;
  /** Which bit is next. */
  bit: number;
  reading: number;
}

interface Rules {
  /** Whether a process whose bit did not stick goes over to a value that somebody announced. */
  readonly adoptsAnnounced: boolean;
  /** Whether the bits stay as they are once all have stuck. */
  readonly keeps: boolean;
}

const rules: Rules = { adoptsAnnounced: true, keeps: true };

const bitOf = (value: number, bit: number): number => (value >> (width - 1 - bit)) & 1;
/** Whether two values have the same first bits, up to and with that one. */
const sameUpTo = (one: number, other: number, bit: number): boolean =>
  one >> (width - 1 - bit) === other >> (width - 1 - bit);

/** Consensus by sticky bits (Plotkin 1989): one a bit of the value, from the high one on. */
export const stickyBit: BundledAlgorithm = algorithm<Rules>({
  name: "sticky-bit",
  summary: "Consensus by sticky bits on values of two bits: wait-free for any number of processes.",
  properties: ["agreement", "validity", "wait-freedom"],
  processes: Infinity,
  stepBound: (processes) => 1 + width * (1 + processes),
  configurations: [
    { name: "two", inputs: [1, 2] },
    { name: "three", inputs: [1, 2, 3], stops: 1 },
  ],
  rules,
  mutants: [
    {
      name: "bit-by-bit",
      summary:
        "A process takes the bit that stuck, and no value that has it: a mixture that nobody proposed.",
      exploration: { configuration: "two", property: "validity", steps: 5 },
      rules: { ...rules, adoptsAnnounced: false },
    },
    {
      name: "bits-reset",
      summary: "Who has decided resets the bits for the next use, while others have not read them yet.",
      exploration: { configuration: "two", property: "agreement", steps: 7 },
      rules: { ...rules, keeps: false },
    },
  ],
  machine: ({ adoptsAnnounced, keeps }) => {
    const advance = (local: Local): void => {
      local.bit++;
      local.at = "stick";
      if (local.bit < width) return;
      decide(local, local.candidate);
      if (!keeps) local.at = "reset";
    };
    return machineOf<Memory, Local>({
      name: "sticky-bit",
      memory: (processes) => ({
        announced: eachProcess(processes, () => null),
        bits: Array.from({ length: width }, () => null),
      }),
      begin(me, processes, value) {
        if (typeof value !== "number")
          throw new RangeError(`expected a number, found ${inWordsOrEmpty(value)}`);
        return { at: "announce", me, processes, value, candidate: value, bit: 0, reading: 0, decided: null };
      },
      lines: {
        announce: {
          does: ({ me, value }) => `write ${value} to announced[${me}]`,
          run({ announced }, local) {
            announced[local.me] = local.value;
            local.at = "stick";
          },
        },
        stick: {
          does: ({ bit, candidate }) => `write ${bitOf(candidate, bit)} to sticky bit ${bit}, and read it`,
          run({ bits }, local) {
            const wanted = bitOf(local.candidate, local.bit);
            const stuck = (bits[local.bit] ??= wanted);
            if (stuck === wanted) return advance(local);
            local.candidate ^= 1 << (width - 1 - local.bit);
            if (!adoptsAnnounced) return advance(local);
            local.reading = 0;
            local.at = "read";
          },
        },
        read: {
          does: ({ reading }) => `read announced[${reading}]`,
          run({ announced }, local) {
            const found = announced[local.reading] ?? null;
            if (found === null || !sameUpTo(found, local.candidate, local.bit)) {
              local.reading++;
              return;
            }
            local.candidate = found;
            advance(local);
          },
        },
        reset: {
          does: "reset the sticky bits",
          run({ bits }, local) {
            bits.fill(null);
            local.at = "end";
          },
        },
      },
    });
  },
});
