import type { Json } from "../../../../histories/json.ts";
import type { BundledAlgorithm } from "../../../contracts/shared-memory.ts";
import { algorithm } from "../bundle.ts";
import { decide, eachProcess, inWordsOrEmpty, machineOf, type Process } from "../program.ts";

/** The registers of one round: each process has its own, and each two that compete share one. */
interface Registers {
  /** What a process stands for; empty before it has assigned. */
  readonly own: Json[];
  /** By pair of processes: who of them assigned last. */
  readonly last: Record<string, number>;
}

interface Memory {
  /** Within the groups, and between them. */
  readonly rounds: [Registers, Registers];
}

/** Whom a process compares: pairs of one of its own side and one of the other. */
interface Comparison {
  readonly mine: number;
  readonly theirs: number;
}

interface Local extends Process {
  /** What the process stands for. */
  value: Json;
  round: 0 | 1;
  /** What to find out yet; the first of them is being found out. */
  open: Comparison[];
  /** By process of the other side that assigned before this one: what it stands for. */
  before: Record<string, Json>;
}

/** How many registers can be assigned at once, and how many processes are to agree. */
interface Size {
  readonly registers: number;
}

const pair = (one: number, other: number): string => `${Math.min(one, other)}-${Math.max(one, other)}`;

/**
 * Consensus by assigning values to m registers in one step, for 2m − 2 processes (Herlihy 1991, theorem 20): they
 * form two groups of m − 1. First each group agrees by itself: a process assigns to a register of its own and to
 * one that it shares with each other of its group, from which anybody can tell who of two came first. Then
 * the groups compete in the same way, each process with all of the other group: that whose first
 * process came first has decided.
 */
function assignmentMachine({ registers }: Size): ReturnType<typeof machineOf<Memory, Local>> {
  const group = (process: number): number => Math.min(1, Math.floor(process / (registers - 1)));
  const rivals = ({ processes }: Process, round: 0 | 1, of: number): number[] =>
    eachProcess(processes, (each) => each).filter(
      (each) => each !== of && (group(each) === group(of)) === (round === 0),
    );
  const enter = (local: Local, round: 0 | 1): void => {
    local.round = round;
    local.open = [];
    local.before = {};
    local.at = "assign";
    if (round === 0 && rivals(local, 0, local.me).length === 0) enter(local, 1);
  };
  /** Goes on to the next comparison; when there is none, concludes who came first. */
  const compared = (local: Local): void => {
    local.open.shift();
    const [next] = local.open;
    if (next !== undefined) {
      local.at = "look";
      return;
    }
    conclude(local);
  };
  const conclude = (local: Local): void => {
    // Those of the other side that came before every one of this side that was compared with them.
    const [first] = Object.values(local.before);
    if (first !== undefined) local.value = first;
    if (local.round === 0) enter(local, 1);
    else decide(local, local.value);
  };
  return machineOf<Memory, Local>({
    name: `${registers}-register-assignment`,
    memory: (processes) => {
      const empty = (): Registers => ({ own: eachProcess(processes, () => null), last: {} });
      return { rounds: [empty(), empty()] };
    },
    begin(me, processes, value) {
      const local: Local = {
        at: "assign",
        me,
        processes,
        value,
        round: 0,
        open: [],
        before: {},
        decided: null,
      };
      enter(local, 0);
      return local;
    },
    lines: {
      assign: {
        does: (local) =>
          `assign ${inWordsOrEmpty(local.value)} to own[${local.me}] and ${local.me} to what it shares with ${rivals(local, local.round, local.me).join(", ")}`,
        run({ rounds }, local) {
          const { own, last } = rounds[local.round];
          const others = rivals(local, local.round, local.me);
          own[local.me] = local.value;
          // All that can be assigned in one step: for more processes than it is made for, not enough.
          for (const other of others.slice(0, registers - 1)) last[pair(local.me, other)] = local.me;
          local.open = others.map((theirs) => ({ mine: local.me, theirs }));
          local.at = "look";
          if (local.open.length === 0) conclude(local);
        },
      },
      look: {
        does: ({ me, open: [next] }) => `read own[${next!.mine === me ? next!.theirs : next!.mine}]`,
        run({ rounds }, local) {
          const { own } = rounds[local.round];
          const { mine, theirs } = local.open[0]!;
          const found = own[mine === local.me ? theirs : mine] ?? null;
          if (found !== null) {
            local.at = "pair";
            // Kept until the pair tells who came first.
            if (mine === local.me) local.before[theirs] = found;
          } else compared(local);
        },
      },
      pair: {
        does: ({ open: [next] }) => `read what ${pair(next!.mine, next!.theirs)} share`,
        run({ rounds }, local) {
          const { last } = rounds[local.round];
          const { mine, theirs } = local.open[0]!;
          const theyCameFirst = last[pair(mine, theirs)] === mine;
          if (!theyCameFirst) {
            delete local.before[theirs];
            local.open = local.open.filter((each, i) => i === 0 || each.theirs !== theirs);
          } else if (mine === local.me) {
            // Of what came before, who of this side may have come before that?
            const side = rivals(local, local.round, theirs).filter((each) => each !== local.me);
            local.open.push(...side.map((each) => ({ mine: each, theirs })));
          }
          compared(local);
        },
      },
    },
  });
}

/** Each process looks at each rival, and for each that came before at those who may have come before that. */
function stepsFor(processes: number): number {
  return 2 * (1 + 2 * processes + 2 * processes * processes);
}

const bundle = (size: Size, configurations: BundledAlgorithm["configurations"]): BundledAlgorithm =>
  algorithm<Size>({
    name: `${size.registers}-register-assignment`,
    summary: `Consensus by assigning to ${size.registers} registers at once: wait-free for ${2 * size.registers - 2} processes, and for no more.`,
    properties: ["agreement", "validity", "wait-freedom"],
    processes: 2 * size.registers - 2,
    stepBound: stepsFor,
    configurations,
    rules: size,
    mutants: [],
    machine: assignmentMachine,
  });

export const assignments: readonly BundledAlgorithm[] = [
  bundle({ registers: 2 }, [
    { name: "two", inputs: ["a", "b"], stops: 1 },
    { name: "three", inputs: ["a", "b", "c"], refuted: { property: "agreement", steps: 8 } },
  ]),
  bundle({ registers: 3 }, [
    { name: "three", inputs: ["a", "b", "c"] },
    { name: "four", inputs: ["a", "b", "c", "d"], states: 1_105_265 },
    {
      name: "five",
      inputs: ["a", "b", "c", "d", "e"],
      refuted: { property: "agreement", steps: 13 },
    },
  ]),
];
