import type { Json } from "../../../../histories/json.ts";
import type { BundledAlgorithm } from "../../../contracts/shared-memory.ts";
import { algorithm } from "../bundle.ts";
import { decide, giveUp, inWordsOrEmpty, machineOf, type Lines, type Process } from "../program.ts";

interface Memory {
  /** The highest version that began. */
  v: number;
  x: Json;
}

interface Local extends Process {
  readonly value: Json;
  /** The version of this process: its own. */
  readonly version: number;
}

interface Rules {
  /** How V is raised: looked at and raised in one step; in two; in two, and never back. */
  readonly raises: "atomically" | "blindly" | "to-the-maximum";
  /** Whether X is written only while V is not above the version, in one step. */
  readonly guarded: boolean;
}

const rules: Rules = { raises: "atomically", guarded: true };

function linesOf({ raises, guarded }: Rules): Lines<Memory, Local> {
  return {
    raise: {
      does: ({ version }) => `raise V to ${version} unless it is above`,
      run(memory, local) {
        if (memory.v > local.version) return giveUp(local);
        memory.v = local.version;
        local.at = "look";
      },
    },
    version: {
      does: "read V",
      run({ v }, local) {
        if (v > local.version) giveUp(local);
        else local.at = "claim";
      },
    },
    claim: {
      does: ({ version }) =>
        raises === "blindly" ? `write ${version} to V` : `raise V to at least ${version}`,
      run(memory, local) {
        memory.v = raises === "blindly" ? local.version : Math.max(memory.v, local.version);
        local.at = "look";
      },
    },
    look: {
      does: "read X",
      run({ x }, local) {
        if (x === null) local.at = "write";
        else decide(local, x);
      },
    },
    write: {
      does: ({ value, version }) =>
        `write ${inWordsOrEmpty(value)} to X${guarded ? ` unless V is above ${version}` : ""}`,
      run(memory, local) {
        if (guarded && memory.v > local.version) return giveUp(local);
        memory.x = local.value;
        decide(local, local.value);
      },
    },
  };
}

const two = (steps: number): { configuration: string; property: string; steps: number } => ({
  configuration: "two",
  property: "agreement",
  steps,
});

/**
 * Consensus without locks by a version and a value: a process gives up when a higher version has begun. It is safe if
 * V is looked at and raised in one step, and X written only while V is not above, in one step as well. Decides
 * if one process runs alone long enough.
 */
export const versionedRegister: BundledAlgorithm = algorithm<Rules>({
  name: "versioned-register",
  summary: "Consensus by a version and a value, each changed on a condition in one step; may give up.",
  properties: ["agreement", "validity", "wait-freedom"],
  processes: Infinity,
  stepBound: () => 4,
  configurations: [
    { name: "two", inputs: ["a", "b"], states: 19 },
    { name: "three", inputs: ["a", "b", "c"], stops: 1 },
  ],
  rules,
  mutants: [
    {
      name: "lock-less",
      summary: "Every look and every write is a step of its own, so that others come in between.",
      exploration: two(8),
      rules: { raises: "blindly", guarded: false },
    },
    {
      name: "version-never-back",
      summary: "V is never set back, but it is looked at before, and X is written without looking again.",
      exploration: two(8),
      rules: { raises: "to-the-maximum", guarded: false },
    },
    {
      name: "guarded-write-alone",
      summary: "X is written only while V is not above; but V may have been set back.",
      exploration: two(8),
      rules: { raises: "blindly", guarded: true },
    },
    {
      name: "atomic-version-alone",
      summary: "V is raised in one step; but X is written although a higher version has begun.",
      exploration: two(6),
      rules: { raises: "atomically", guarded: false },
    },
  ],
  machine: (chosen) =>
    machineOf<Memory, Local>({
      name: "versioned-register",
      memory: () => ({ v: 0, x: null }),
      begin: (me, processes, value) => ({
        at: chosen.raises === "atomically" ? "raise" : "version",
        me,
        processes,
        value,
        version: me + 1,
        decided: null,
      }),
      lines: linesOf(chosen),
    }),
});
