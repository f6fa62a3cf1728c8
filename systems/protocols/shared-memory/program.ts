import type { Json } from "../../../histories/json.ts";
import type { ConsensusView } from "../../../checkers/consensus/view.ts";
import type { StepMachine } from "../../contracts/shared-memory.ts";

/** Where a process ends: it takes no more steps. */
export const end = "end";

/** What every process of a program has: where it is, who it is, and what it decided; null while it has not. */
export interface Process {
  /** The line that it carries out next. */
  at: string;
  readonly me: number;
  readonly processes: number;
  decided: Json;
}

/** A line of a program: one atomic operation, and what the process does with the answer by itself. */
export interface Line<Memory, Local> {
  /** The operation in words. */
  readonly does: string | ((local: Local) => string);
  /** Carries it out, and says in `local.at` which line is next. */
  run(memory: Memory, local: Local, choose: (bound: number) => number): void;
  /** Whether the process waits for others here. */
  blocked?(memory: Memory, local: Local): boolean;
}

export type Lines<Memory, Local> = Readonly<Record<string, Line<Memory, Local>>>;

/** An algorithm written as textbooks write it: by lines. */
export interface Program<Memory, Local extends Process> {
  readonly name: string;
  memory(processes: number): Memory;
  begin(process: number, processes: number, input: Json): Local;
  readonly lines: Lines<Memory, Local>;
  /** What there is to see besides the decision. */
  view?(memory: Memory, local: Local): ConsensusView;
}

/** The program as a machine that takes one line a step. */
export function machineOf<Memory, Local extends Process>(
  program: Program<Memory, Local>,
): StepMachine<Memory, Local> {
  const lineOf = (local: Local): Line<Memory, Local> => {
    const line = program.lines[local.at];
    if (line === undefined) throw new Error(`${program.name} has no line ${local.at}`);
    return line;
  };
  return {
    name: program.name,
    memory: (processes) => program.memory(processes),
    begin: (process, processes, input) => program.begin(process, processes, input),
    ended: ({ at }) => at === end,
    step: (memory, local, choose) => lineOf(local).run(memory, local, choose),
    upcoming(local) {
      const { does } = lineOf(local);
      return typeof does === "string" ? does : does(local);
    },
    blocked: (memory, local) => lineOf(local).blocked?.(memory, local) ?? false,
    view: (memory, local) => ({
      ...(local.decided === null ? {} : { decided: { decision: local.decided } }),
      ...program.view?.(memory, local),
    }),
  };
}

/** Comes to an end with a decision. */
export function decide(local: Process, value: Json): void {
  local.decided = value;
  local.at = end;
}

/** Comes to an end without a decision: gives up. */
export function giveUp(local: Process): void {
  local.at = end;
}

/** A shared register that holds nothing yet holds null; so no value that is proposed is null. */
export function inWordsOrEmpty(value: Json): string {
  return value === null ? "empty" : JSON.stringify(value);
}

/** One of something for each process. */
export function eachProcess<Value>(processes: number, make: (process: number) => Value): Value[] {
  return Array.from({ length: processes }, (_, process) => make(process));
}
