import type { ConsensusView } from "../../checkers/consensus/view.ts";
import type { Json } from "../../histories/json.ts";
import type { ProtocolMutant } from "./protocol.ts";

/**
 * An algorithm of processes that share atomic objects, as a step machine: every call of `step` is one atomic
 * operation on one object (and whatever the process does with the answer by itself). Memory and locals are
 * plain data. Processes run at any speed relative to one another, and may stop for good at any step.
 */
export interface StepMachine<Memory, Local> {
  readonly name: string;
  /** The objects as they are before anybody has touched them. */
  memory(processes: number): Memory;
  /** A process before its first step, with its input: the value that it proposes, say. */
  begin(process: number, processes: number, input: Json): Local;
  /** Whether the process has come to its end; then it takes no more steps. */
  ended(local: Local): boolean;
  /**
   * The next atomic operation of a process, on `memory` and `local` in place. `choose` draws a uniform
   * integer in 0..bound−1 (a coin); the explorer tries all.
   */
  step(memory: Memory, local: Local, choose: (bound: number) => number): void;
  /** What the next step would do, in words: "read X", "compare-and-swap X from empty to a". */
  upcoming(local: Local): string;
  /** Whether the next step waits for others (a lock that is held): such a step changes nothing. */
  blocked?(memory: Memory, local: Local): boolean;
  /** What is decided and so on, as of one process: instance "decision" for consensus. */
  view(memory: Memory, local: Local): ConsensusView;
}

/** A step machine with its mutants, as the catalogue lists it. */
export interface BundledAlgorithm {
  readonly name: string;
  readonly summary: string;
  /** Properties by the names of their monitors: "agreement", "validity", "wait-freedom", "mutual-exclusion". */
  readonly properties: readonly string[];
  /** For how many processes it promises them: the consensus number of its objects, or Infinity. */
  readonly processes: number;
  /** Steps of its own after which a process with that input is done whatever others do, for wait-free algorithms. */
  stepBound?(processes: number, input: Json): number;
  /**
   * What a run of which nobody stops may come to, by the locals that are left: exactly one of these. The chances that the
   * algorithm gives each, against any schedule, can then be computed, and runs be counted against them.
   */
  readonly outcomes?: readonly {
    readonly name: string;
    readonly holds: (locals: readonly unknown[]) => boolean;
  }[];
  readonly configurations: readonly SharedMemoryConfiguration[];
  readonly mutants: readonly ProtocolMutant[];
  build(mutant?: string): StepMachine<unknown, unknown>;
}

/** A small configuration to explore. */
export interface SharedMemoryConfiguration {
  readonly name: string;
  /** One a process. */
  readonly inputs: readonly Json[];
  /** How many processes may stop for good. */
  readonly stops?: number;
  readonly depth?: number;
  /** How many distinct states there are, where the whole space is seen. */
  readonly states?: number;
  /** What must be found here although the algorithm is right: above its consensus number, say. */
  readonly refuted?: { readonly property: string; readonly steps: number };
}
