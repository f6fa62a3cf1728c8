import type { Json } from "../../../../histories/json.ts";
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

/** The register of a process, which it alone writes. */
interface Register {
  /** The last rank that it began. */
  readonly entered: number;
  /** The last rank in which it wrote a value, and the value. */
  readonly wrote: number;
  readonly value: Json;
}

interface Memory {
  readonly registers: Register[];
  /** How often Ω may yet name just anybody. */
  lies: number;
  /** What was decided, for those who do not lead. */
  decision: Json;
}

interface Local extends Process {
  readonly value: Json;
  rank: number;
  /** What the process has written itself. */
  own: Register;
  /** Whose register is read next, and what the highest rank so far wrote. */
  reading: number;
  wrote: number;
  found: Json;
}

interface Rules {
  /** Whether a process looks again, after it has written, whether a higher rank has begun. */
  readonly looksAgain: boolean;
  /** Whether it takes the value of the highest rank that wrote. */
  readonly adopts: boolean;
  /** How often Ω may name a wrong leader before it keeps to one; absent: one attempt, without Ω. */
  readonly lies?: number;
}

const rules: Rules = { looksAgain: true, adopts: true };

const never: Register = { entered: 0, wrote: 0, value: null };

function linesOf({ looksAgain, adopts, lies }: Rules): Lines<Memory, Local> {
  const scan = (local: Local, at: "collect" | "confirm"): void => {
    local.reading = 0;
    local.at = at;
  };
  const overtaken = (local: Local): void => {
    if (lies === undefined) return giveUp(local);
    local.rank += local.processes;
    local.at = "ask";
  };
  const settled = (local: Local): void => {
    if (lies === undefined) return decide(local, local.found);
    local.decided = local.found;
    local.at = "publish";
  };
  /** Reads the next register; true after the last, false if a higher rank has begun. */
  const read = (registers: readonly Register[], local: Local): boolean | undefined => {
    const register = registers[local.reading]!;
    if (register.entered > local.rank || register.wrote > local.rank) return false;
    if (register.wrote > local.wrote) {
      local.wrote = register.wrote;
      if (adopts) local.found = register.value;
    }
    local.reading++;
    return local.reading === local.processes ? true : undefined;
  };
  return {
    ask: {
      does: "ask Ω who leads",
      blocked: (memory, local) =>
        memory.lies === 0 && memory.decision === null && leaderOf(local) !== local.me,
      run(memory, local, choose) {
        if (memory.decision !== null) return decide(local, memory.decision);
        let leads = leaderOf(local) === local.me;
        if (memory.lies > 0) {
          memory.lies--;
          leads = choose(2) === 1;
        }
        if (leads) local.at = "enter";
      },
    },
    enter: {
      does: ({ me, rank }) => `write to register ${me} that rank ${rank} begins`,
      run({ registers }, local) {
        registers[local.me] = local.own = { ...local.own, entered: local.rank };
        local.wrote = 0;
        local.found = local.value;
        scan(local, "collect");
      },
    },
    collect: {
      does: ({ reading }) => `read register ${reading}`,
      run({ registers }, local) {
        const done = read(registers, local);
        if (done === false) overtaken(local);
        else if (done === true) local.at = "write";
      },
    },
    write: {
      does: ({ me, rank, found }) => `write ${inWordsOrEmpty(found)} with rank ${rank} to register ${me}`,
      run({ registers }, local) {
        registers[local.me] = local.own = { entered: local.rank, wrote: local.rank, value: local.found };
        if (looksAgain) scan(local, "confirm");
        else settled(local);
      },
    },
    confirm: {
      does: ({ reading }) => `read register ${reading} again`,
      run({ registers }, local) {
        const { entered } = registers[local.reading]!;
        if (entered > local.rank) return overtaken(local);
        local.reading++;
        if (local.reading === local.processes) settled(local);
      },
    },
    publish: {
      does: ({ found }) => `write the decision ${inWordsOrEmpty(found)}`,
      run(memory, local) {
        memory.decision = local.found;
        decide(local, local.found);
      },
    },
  };
}

/** Whom Ω names in the end. */
function leaderOf({ processes }: Process): number {
  return processes - 1;
}

function machine(chosen: Rules): ReturnType<typeof machineOf<Memory, Local>> {
  return machineOf<Memory, Local>({
    name: "alpha",
    memory: (processes) => ({
      registers: eachProcess(processes, () => never),
      lies: chosen.lies ?? 0,
      decision: null,
    }),
    begin: (me, processes, value) => ({
      at: chosen.lies === undefined ? "enter" : "ask",
      me,
      processes,
      value,
      rank: me + 1,
      own: never,
      reading: 0,
      wrote: 0,
      found: value,
      decided: null,
    }),
    lines: linesOf(chosen),
  });
}

/**
 * Alpha of indulgent consensus (Guerraoui & Raynal 2007), on single-writer registers; with one disk in place of the registers
 * it is Disk Paxos (Gafni & Lamport 2003). A process begins its rank, looks whether a higher one has begun,
 * writes the value of the highest rank that wrote, or its own, and looks again. It gives up if it is overtaken.
 */
export const alpha: BundledAlgorithm = algorithm<Rules>({
  name: "alpha",
  summary: "Consensus by a ranked register, Paxos in shared memory: one attempt each, which may give up.",
  properties: ["agreement", "validity", "wait-freedom"],
  processes: Infinity,
  stepBound: (processes) => 2 + 2 * processes,
  configurations: [
    { name: "two", inputs: ["a", "b"], states: 76 },
    { name: "three", inputs: ["a", "b", "c"], states: 2185 },
    { name: "two-with-stops", inputs: ["a", "b"], stops: 1 },
  ],
  rules,
  mutants: [
    {
      name: "looks-once",
      summary: "A process does not look again after it has written, whether a higher rank has begun.",
      exploration: { configuration: "two", property: "agreement", steps: 8 },
      rules: { ...rules, looksAgain: false },
    },
    {
      name: "own-value",
      summary: "A process writes its own value whatever lower ranks have written.",
      exploration: { configuration: "two", property: "agreement", steps: 12 },
      rules: { ...rules, adopts: false },
    },
  ],
  machine,
});

/** Alpha with Ω: who leads tries with ever higher ranks; Ω may be wrong for a while, and then names one leader for good. */
export const alphaWithOmega: BundledAlgorithm = algorithm<Rules>({
  name: "alpha-omega",
  summary: "Consensus by a ranked register and the leader oracle Ω: decides once Ω keeps to one leader.",
  properties: ["agreement", "validity"],
  processes: Infinity,
  configurations: [
    { name: "two", inputs: ["a", "b"] },
    { name: "three", inputs: ["a", "b", "c"], states: 31_173 },
    { name: "follower-stops", inputs: ["a", "b"], stops: 1 },
  ],
  rules: { ...rules, lies: 3 },
  mutants: [
    {
      name: "looks-once",
      summary: "A leader does not look again after it has written, whether a higher rank has begun.",
      exploration: { configuration: "two", property: "agreement", steps: 10 },
      rules: { ...rules, looksAgain: false, lies: 3 },
    },
  ],
  machine,
});
