import type { BundledAlgorithm } from "../../../contracts/shared-memory.ts";
import { algorithm } from "../bundle.ts";
import {
  decide,
  eachProcess,
  giveUp,
  inWordsOrEmpty,
  machineOf,
  type Lines,
  type Process,
} from "../program.ts";

/** What a process prefers, 0 or 1 or neither, and in which round it is; round 0: it has not begun. */
interface Register {
  readonly prefer: number | null;
  readonly round: number;
}

interface Memory {
  readonly registers: Register[];
  /** By round: the counter on which its shared coin walks. */
  readonly walks: number[];
}

interface Local extends Process {
  own: Register;
  /** What the process has read of the others since it began to look. */
  seen: Register[];
  step: number;
}

interface Rules {
  /** How many rounds all who disagree must be behind for a leader to decide. */
  readonly lead: number;
  /** Whether a leader among leaders that disagree first withdraws its preference, before it flips the coin. */
  readonly withdraws: boolean;
  /** K of the shared coin. */
  readonly reach: number;
  /** Who gets beyond this round gives up, so that there is an end to what can happen. */
  readonly rounds: number;
}

const rules: Rules = { lead: 2, withdraws: true, reach: 1, rounds: 4 };

function linesOf({ lead, withdraws, reach, rounds }: Rules): Lines<Memory, Local> {
  /** What the process does next, now that it has read all. */
  const consider = (local: Local): void => {
    const { own, seen } = local;
    local.seen = [];
    const last = Math.max(...seen.map(({ round }) => round));
    const disagreeing = seen.filter(({ prefer }) => prefer !== own.prefer);
    if (
      own.prefer !== null &&
      own.round === last &&
      disagreeing.every(({ round }) => round <= own.round - lead)
    ) {
      return decide(local, own.prefer);
    }
    const preferences = seen.filter(({ round }) => round === last).map(({ prefer }) => prefer);
    const [first = null] = preferences;
    if (first !== null && preferences.every((prefer) => prefer === first)) {
      return prepare(local, { prefer: first, round: own.round + 1 });
    }
    if (own.prefer !== null && withdraws) return prepare(local, { prefer: null, round: own.round });
    local.at = "flip";
  };
  const prepare = (local: Local, next: Register): void => {
    if (next.round > rounds) return giveUp(local);
    local.own = next;
    local.at = "write";
  };
  return {
    write: {
      does: ({ me, own }) =>
        `write preference ${own.prefer ?? "none"} in round ${own.round} to register ${me}`,
      run({ registers }, local) {
        registers[local.me] = local.own;
        local.at = "read";
      },
    },
    read: {
      does: ({ seen }) => `read register ${seen.length}`,
      run({ registers }, local) {
        local.seen.push(registers[local.seen.length]!);
        if (local.seen.length === local.processes) consider(local);
      },
    },
    flip: {
      does: "flip its coin",
      run(_memory, local, choose) {
        local.step = choose(2) === 0 ? 1 : -1;
        local.at = "move";
      },
    },
    move: {
      does: ({ step, own }) => `add ${step} to the coin of round ${own.round}`,
      run({ walks }, local) {
        walks[local.own.round] = (walks[local.own.round] ?? 0) + local.step;
        local.step = 0;
        local.at = "check";
      },
    },
    check: {
      does: ({ own }) => `read the coin of round ${own.round}`,
      run({ walks }, local) {
        const walked = walks[local.own.round] ?? 0;
        if (Math.abs(walked) < reach * local.processes) local.at = "flip";
        else prepare(local, { prefer: walked > 0 ? 1 : 0, round: local.own.round + 1 });
      },
    },
  };
}

/** What processes have decided, each once, by words. */
function decisionsOf(locals: readonly unknown[]): string {
  // The locals of a run are those that `begin` made.
  return [...new Set(locals.map((local) => JSON.stringify((local as Local).decided)))].join(" ");
}

/**
 * Randomized consensus (Aspnes & Herlihy 1990): processes race through rounds. Who leads by two rounds those who disagree decides;
 * who sees the leaders agree joins them; who does not withdraws its preference, and then lets the shared
 * coin of the round choose. Agreement holds however coins fall; that it ends, with probability one. If all prefer the same
 * from the start, nobody flips a coin. The coin walks on a counter that is moved, and is read, in one step, as in the model of
 * the PRISM benchmarks; on registers alone each process would have a counter of its own, and read the sum of all by a scan.
 */
export const aspnesHerlihy: BundledAlgorithm = algorithm<Rules>({
  name: "aspnes-herlihy",
  summary:
    "Randomized consensus on registers and counters, the shared coins: safe always, and ends with probability one.",
  properties: ["agreement", "validity"],
  processes: Infinity,
  outcomes: [
    { name: "decides 0", holds: (locals) => decisionsOf(locals) === "0" },
    { name: "decides 1", holds: (locals) => decisionsOf(locals) === "1" },
    { name: "somebody gives up", holds: (locals) => !["0", "1"].includes(decisionsOf(locals)) },
  ],
  configurations: [
    { name: "two", inputs: [0, 1], states: 16_635 },
    { name: "two-alike", inputs: [1, 1] },
    { name: "two-with-stops", inputs: [0, 1], stops: 1 },
  ],
  rules,
  mutants: [
    {
      name: "leads-by-one",
      summary: "A leader decides when those who disagree are one round behind.",
      exploration: { configuration: "two", property: "agreement", steps: 18 },
      rules: { ...rules, lead: 1 },
    },
    {
      name: "keeps-preference",
      summary: "A leader flips the coin without having withdrawn its preference first.",
      exploration: { configuration: "two", property: "agreement", steps: 42 },
      rules: { ...rules, withdraws: false },
    },
  ],
  machine: (chosen) =>
    machineOf<Memory, Local>({
      name: "aspnes-herlihy",
      memory: (processes) => ({
        registers: eachProcess(processes, () => ({ prefer: null, round: 0 })),
        walks: Array.from({ length: chosen.rounds + 1 }, () => 0),
      }),
      begin(me, processes, value) {
        if (value !== 0 && value !== 1)
          throw new RangeError(`expected 0 or 1, found ${inWordsOrEmpty(value)}`);
        return {
          at: "write",
          me,
          processes,
          decided: null,
          own: { prefer: value, round: 1 },
          seen: [],
          step: 0,
        };
      },
      lines: linesOf(chosen),
    }),
});
