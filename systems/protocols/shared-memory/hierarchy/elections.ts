import type { BundledAlgorithm } from "../../../contracts/shared-memory.ts";
import { algorithm } from "../bundle.ts";
import { electionMachine, type ElectionObject } from "./election.ts";

const testAndSet: ElectionObject<boolean> = {
  name: "test-and-set",
  initial: () => false,
  does: "test-and-set the bit",
  compete(bit) {
    const first = !bit.state;
    bit.state = true;
    return first;
  },
};

const fetchAndAdd: ElectionObject<number> = {
  name: "fetch-and-add",
  initial: () => 0,
  does: "fetch-and-add 1 to the counter",
  compete: (counter) => counter.state++ === 0,
};

/** A queue that holds a prize and, behind it, consolations for the others. */
const queue: ElectionObject<string[]> = {
  name: "queue",
  initial: (processes) => ["win", ...Array.from({ length: processes - 1 }, () => "lose")],
  does: "dequeue",
  compete: (box) => box.state.shift() === "win",
};

const swap: ElectionObject<number | null> = {
  name: "swap",
  initial: () => null,
  does: "swap its number for what the register holds",
  compete(register, me) {
    const before = register.state;
    register.state = me;
    return before === null;
  },
};

/**
 * Objects whose consensus number is 2 (Herlihy 1991): they tell who came first, and to later ones nothing of who that was.
 * For two processes that is enough; for three each of these algorithms goes wrong, as every one must.
 */
export const elections: readonly BundledAlgorithm[] = [
  consensus(testAndSet),
  consensus(fetchAndAdd),
  consensus(queue),
  consensus(swap),
];

function consensus<State>(object: ElectionObject<State>): BundledAlgorithm {
  return algorithm<{ readonly announcesFirst: boolean }>({
    name: object.name,
    summary: `Consensus by ${object.name}: wait-free for two processes, and for no more.`,
    properties: ["agreement", "validity", "wait-freedom"],
    processes: 2,
    stepBound: (processes) => processes + 1,
    configurations: [
      { name: "two", inputs: ["a", "b"], states: 12 },
      { name: "two-with-stops", inputs: ["a", "b"], stops: 1 },
      { name: "three", inputs: ["a", "b", "c"], refuted: { property: "agreement", steps: 6 } },
    ],
    rules: { announcesFirst: true },
    mutants: [
      {
        name: "announces-late",
        summary: "A process announces its value only once it knows that it has won.",
        exploration: { configuration: "two", property: "agreement", steps: 4 },
        rules: { announcesFirst: false },
      },
    ],
    machine: ({ announcesFirst }) => electionMachine(object, announcesFirst),
  });
}
