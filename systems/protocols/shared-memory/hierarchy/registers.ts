import type { Json } from "../../../../histories/json.ts";
import type { BundledAlgorithm } from "../../../contracts/shared-memory.ts";
import { algorithm } from "../bundle.ts";
import { decide, eachProcess, inWordsOrEmpty, machineOf, type Process } from "../program.ts";

interface Memory {
  readonly announced: Json[];
}

interface Local extends Process {
  readonly value: Json;
  /** Whose register is read next. */
  reading: number;
}

/**
 * Consensus by registers alone: each process announces its value and decides that of the first process that it sees. There is no
 * right way to do this for two processes (Loui & Abu-Amara 1987, Herlihy 1991); this is one of the wrong ones.
 */
export const registers: BundledAlgorithm = algorithm<null>({
  name: "registers",
  summary: "Consensus by registers alone: for one process, and for no more.",
  properties: ["agreement", "validity", "wait-freedom"],
  processes: 1,
  stepBound: (processes) => processes,
  configurations: [
    { name: "one", inputs: ["a"] },
    { name: "two", inputs: ["a", "b"], refuted: { property: "agreement", steps: 3 } },
  ],
  rules: null,
  mutants: [],
  machine: () =>
    machineOf<Memory, Local>({
      name: "registers",
      memory: (processes) => ({ announced: eachProcess(processes, () => null) }),
      begin: (me, processes, value) => ({ at: "announce", me, processes, value, reading: 0, decided: null }),
      lines: {
        announce: {
          does: ({ me, value }) => `write ${inWordsOrEmpty(value)} to announced[${me}]`,
          run({ announced }, local) {
            announced[local.me] = local.value;
            if (local.me === 0) decide(local, local.value);
            else local.at = "read";
          },
        },
        read: {
          does: ({ reading }) => `read announced[${reading}]`,
          run({ announced }, local) {
            const found = announced[local.reading] ?? null;
            if (found !== null) return decide(local, found);
            local.reading++;
            if (local.reading === local.me) decide(local, local.value);
          },
        },
      },
    }),
});
