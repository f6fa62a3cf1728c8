import type { Json } from "../../../../histories/json.ts";
import type { BundledAlgorithm } from "../../../contracts/shared-memory.ts";
import { algorithm } from "../bundle.ts";
import { decide, eachProcess, inWordsOrEmpty, machineOf, type Process } from "../program.ts";

interface Memory {
  x: Json;
  /** By process: whether nobody has stored since it loaded. */
  links: boolean[];
}

interface Local extends Process {
  readonly value: Json;
}

/** Consensus by load-linked and store-conditional: of those that loaded an empty cell the first to store succeeds. */
export const loadLinked: BundledAlgorithm = algorithm<{ readonly conditional: boolean }>({
  name: "load-linked",
  summary: "Consensus by load-linked and store-conditional: wait-free for any number of processes.",
  properties: ["agreement", "validity", "wait-freedom"],
  processes: Infinity,
  stepBound: () => 3,
  configurations: [
    { name: "two", inputs: ["a", "b"] },
    { name: "three", inputs: ["a", "b", "c"], stops: 1 },
  ],
  rules: { conditional: true },
  mutants: [
    {
      name: "unconditional-store",
      summary: "The store does not look whether anybody has stored since the load.",
      exploration: { configuration: "two", property: "agreement", steps: 4 },
      rules: { conditional: false },
    },
  ],
  machine: ({ conditional }) =>
    machineOf<Memory, Local>({
      name: "load-linked",
      memory: (processes) => ({ x: null, links: eachProcess(processes, () => false) }),
      begin: (me, processes, value) => ({ at: "load", me, processes, value, decided: null }),
      lines: {
        load: {
          does: "load-linked X",
          run({ x, links }, local) {
            links[local.me] = true;
            if (x === null) local.at = "store";
            else decide(local, x);
          },
        },
        store: {
          does: ({ value }) => `store-conditional ${inWordsOrEmpty(value)} to X`,
          run(memory, local) {
            if (conditional && memory.links[local.me] !== true) {
              local.at = "read";
              return;
            }
            memory.x = local.value;
            memory.links = memory.links.map(() => false);
            decide(local, local.value);
          },
        },
        read: { does: "read X", run: ({ x }, local) => decide(local, x) },
      },
    }),
});
