import type { BundledAlgorithm } from "../../../contracts/shared-memory.ts";
import { algorithm } from "../bundle.ts";
import { end, inWordsOrEmpty, machineOf, type Process } from "../program.ts";

interface Memory {
  counter: number;
}

interface Local extends Process {
  /** K: how far the walk goes, for each process. */
  readonly reach: number;
  coin: number;
}

interface Rules {
  /** How far from its start the walk ends. */
  readonly barrier: (reach: number, processes: number) => number;
  /** Of so many sides of the coin, so many are heads. */
  readonly heads: number;
  readonly sides: number;
}

const rules: Rules = { barrier: (reach, processes) => reach * processes, heads: 1, sides: 2 };

/** The face of a process's coin once it has one. */
export const heads = 1;
export const tails = 0;

/** The faces that processes have seen, each once. */
function facesOf(locals: readonly unknown[]): string {
  // The locals of a run are those that `begin` made.
  return [...new Set(locals.map((local) => (local as Local).coin))].join("");
}

/**
 * The shared coin of Aspnes and Herlihy (1990): a random walk on a shared counter. Each process flips a coin of its own, moves
 * the counter by it, and looks whether it is beyond a barrier, which is K for each process away; the side tells
 * the face. Processes may see different faces, the less likely the larger K; whoever schedules them has no
 * more influence than that. In the granularity of the model of the PRISM benchmarks.
 */
export const sharedCoin: BundledAlgorithm = algorithm<Rules>({
  name: "shared-coin",
  summary:
    "The shared coin of Aspnes and Herlihy, a random walk; its chances are bounded against any schedule.",
  properties: [],
  processes: Infinity,
  outcomes: [
    { name: "all see heads", holds: (locals) => facesOf(locals) === "1" },
    { name: "all see tails", holds: (locals) => facesOf(locals) === "0" },
    { name: "faces differ", holds: (locals) => facesOf(locals).length > 1 },
  ],
  configurations: [
    { name: "two-1", inputs: [1, 1], states: 144 },
    { name: "two-2", inputs: [2, 2], states: 272 },
    { name: "two-4", inputs: [4, 4], states: 528 },
    { name: "three-2", inputs: [2, 2, 2], states: 2720 },
  ],
  rules,
  mutants: [
    {
      name: "near-barrier",
      summary: "The walk ends K away, however many processes there are.",
      chance:
        "No run of a coin is wrong by itself. Schedules can make processes see different faces more often than the coin promises: computing the chances against the worst schedule finds it.",
      rules: { ...rules, barrier: (reach) => reach },
    },
    {
      name: "biased",
      summary: "Of ten flips seven are heads.",
      chance:
        "Every run of a biased coin is one of a fair coin. Tails come up less often than the coin promises: counting finds it.",
      rules: { ...rules, heads: 7, sides: 10 },
    },
  ],
  machine: ({ barrier, heads: many, sides }) =>
    machineOf<Memory, Local>({
      name: "shared-coin",
      memory: () => ({ counter: 0 }),
      begin(me, processes, reach) {
        if (typeof reach !== "number")
          throw new RangeError(`expected a number, found ${inWordsOrEmpty(reach)}`);
        return { at: "flip", me, processes, reach, coin: tails, decided: null };
      },
      lines: {
        flip: {
          does: "flip its coin",
          run(_memory, local, choose) {
            local.coin = choose(sides) < many ? heads : tails;
            local.at = "move";
          },
        },
        move: {
          does: ({ coin }) => `${coin === heads ? "add 1 to" : "take 1 from"} the counter`,
          run(memory, local) {
            memory.counter += local.coin === heads ? 1 : -1;
            local.coin = tails;
            local.at = "check";
          },
        },
        check: {
          does: "read the counter",
          run({ counter }, local) {
            const far = barrier(local.reach, local.processes);
            local.at = "flip";
            if (Math.abs(counter) < far) return;
            local.coin = counter > 0 ? heads : tails;
            local.at = end;
          },
        },
      },
      view: (_memory, { at, coin }) => ({
        more: at === end ? { face: coin === heads ? "heads" : "tails" } : {},
      }),
    }),
});
