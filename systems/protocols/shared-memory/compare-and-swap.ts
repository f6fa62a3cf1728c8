import type { Json } from "../../../histories/json.ts";
import type { BundledAlgorithm } from "../../contracts/shared-memory.ts";
import { algorithm } from "./bundle.ts";
import { decide, inWordsOrEmpty, machineOf, type Lines, type Process } from "./program.ts";

interface Memory {
  x: Json;
}

interface Local extends Process {
  readonly value: Json;
}

interface Rules {
  /** Whether comparing and swapping is one step. */
  readonly atomic: boolean;
  /** Whether who comes too late adopts what it finds. */
  readonly adopts: boolean;
  /** Whether the cell is left as it is once it has a value. */
  readonly keeps: boolean;
}

const rules: Rules = { atomic: true, adopts: true, keeps: true };

function linesOf({ adopts, keeps }: Rules): Lines<Memory, Local> {
  const take = (memory: Memory, local: Local): void => {
    memory.x = local.value;
    local.decided = local.value;
    local.at = keeps ? "end" : "reset";
  };
  return {
    swap: {
      does: ({ value }) => `compare-and-swap X from empty to ${inWordsOrEmpty(value)}`,
      run(memory, local) {
        if (memory.x === null) take(memory, local);
        else decide(local, adopts ? memory.x : local.value);
      },
    },
    compare: {
      does: "read X",
      run(memory, local) {
        if (memory.x === null) local.at = "write";
        else decide(local, memory.x);
      },
    },
    write: { does: ({ value }) => `write ${inWordsOrEmpty(value)} to X`, run: take },
    reset: {
      does: "write empty to X",
      run(memory, local) {
        memory.x = null;
        local.at = "end";
      },
    },
  };
}

/** Consensus by compare-and-swap (Herlihy 1991, theorem 7): whose swap finds the cell empty has decided. */
export const compareAndSwap: BundledAlgorithm = algorithm<Rules>({
  name: "compare-and-swap",
  summary: "Consensus by one compare-and-swap: wait-free for any number of processes.",
  properties: ["agreement", "validity", "wait-freedom"],
  processes: Infinity,
  stepBound: () => 2,
  configurations: [
    { name: "two", inputs: ["a", "b"], states: 5 },
    { name: "three", inputs: ["a", "b", "c"], states: 13 },
    { name: "three-with-stops", inputs: ["a", "b", "c"], stops: 2 },
  ],
  rules,
  mutants: [
    {
      name: "read-then-write",
      summary: "Comparing and swapping are two steps.",
      exploration: { configuration: "two", property: "agreement", steps: 4 },
      rules: { ...rules, atomic: false },
    },
    {
      name: "own-value",
      summary: "A process decides its own value although its swap failed.",
      exploration: { configuration: "two", property: "agreement", steps: 2 },
      rules: { ...rules, adopts: false },
    },
    {
      name: "reused-cell",
      summary: "Who decided empties the cell for the next use, while others have not looked at it yet.",
      exploration: { configuration: "two", property: "agreement", steps: 3 },
      rules: { ...rules, keeps: false },
    },
  ],
  machine: (chosen) =>
    machineOf<Memory, Local>({
      name: "compare-and-swap",
      memory: () => ({ x: null }),
      begin: (me, processes, value) => ({
        at: chosen.atomic ? "swap" : "compare",
        me,
        processes,
        value,
        decided: null,
      }),
      lines: linesOf(chosen),
    }),
});
