import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../../histories/json.ts";
import { canonical } from "../../../../histories/json.ts";
import type { StepMachine } from "../../../contracts/shared-memory.ts";
import { eachProcess, end, machineOf, type Lines, type Process } from "../program.ts";
import type { SequentialObject } from "./sequential-object.ts";

/** An operation that a process has announced: its number among the process's own, from 1. */
interface Announced {
  readonly number: number;
  readonly operation: JsonObject;
}

/** The object after some operations: its state, and of each process how many took effect and what the last answered. */
type Snapshot = {
  readonly state: Json;
  readonly done: readonly number[];
  readonly results: readonly Json[];
};

/** A cell of the list: whose operation has its place here, by a consensus object; and what came of it. */
interface Cell {
  winner: (Announced & { readonly process: number }) | null;
  after: Snapshot | null;
}

interface Memory {
  readonly announced: (Announced | null)[];
  readonly cells: Cell[];
  /** How far each process has come. */
  readonly heads: number[];
}

export interface Client extends Process {
  /** What the process does, one after the other. */
  readonly operations: readonly JsonObject[];
  /** Answers so far. */
  readonly results: Json[];
  reading: number;
  /** The last cell that the process knows, and the object after it. */
  position: number;
  snapshot: Snapshot;
  prefers: (Announced & { readonly process: number }) | null;
}

export interface Rules {
  /** Whether each cell goes first to the process whose turn it is, if its operation is waiting. */
  readonly helps: boolean;
  /** Whether cells are given by consensus; else by writing what was empty a moment ago. */
  readonly decides: boolean;
}

export const universalRules: Rules = { helps: true, decides: true };

/** Steps of a process until so many operations of its own are done. */
export function universalStepBound(processes: number, operations: number): number {
  const cells = processes + 1;
  return operations * (1 + processes + 1 + 4 * cells);
}

function linesOf(object: SequentialObject, { helps, decides }: Rules): Lines<Memory, Client> {
  const own = (local: Client): Announced & { process: number } => ({
    process: local.me,
    number: local.results.length + 1,
    operation: local.operations[local.results.length]!,
  });
  const given = (cell: Cell, local: Client): void => {
    cell.winner ??= local.prefers;
    local.prefers = cell.winner;
    local.at = "apply";
  };
  return {
    announce: {
      does: (local) => `announce operation ${local.results.length + 1} of process ${local.me}`,
      run({ announced }, local) {
        const { number, operation } = own(local);
        announced[local.me] = { number, operation };
        local.reading = 0;
        local.at = "head";
      },
    },
    head: {
      does: ({ reading }) => `read how far process ${reading} has come`,
      run({ heads }, local) {
        local.position = Math.max(local.position, heads[local.reading]!);
        local.reading++;
        if (local.reading === local.processes) local.at = "load";
      },
    },
    load: {
      does: ({ position }) => `read the object after cell ${position}`,
      run({ cells }, local) {
        local.snapshot = cells[local.position]!.after!;
        settle(local);
      },
    },
    help: {
      does: ({ position, processes }) => `read what process ${(position + 1) % processes} has announced`,
      run({ announced }, local) {
        const process = (local.position + 1) % local.processes;
        const waiting = announced[process] ?? null;
        const pending = waiting !== null && waiting.number > local.snapshot.done[process]!;
        local.prefers = helps && pending ? { ...waiting, process } : own(local);
        local.at = decides ? "decide" : "look";
      },
    },
    decide: {
      does: ({ position, prefers }) =>
        `propose the operation of process ${prefers!.process} to the consensus of cell ${position + 1}`,
      run: ({ cells }, local) => given(cellAt(cells, local.position + 1), local),
    },
    look: {
      does: ({ position }) => `read cell ${position + 1}`,
      run({ cells }, local) {
        const cell = cellAt(cells, local.position + 1);
        if (cell.winner === null) local.at = "overwrite";
        else given(cell, local);
      },
    },
    overwrite: {
      does: ({ position }) => `write to cell ${position + 1}`,
      run({ cells }, local) {
        cellAt(cells, local.position + 1).winner = local.prefers;
        local.at = "apply";
      },
    },
    apply: {
      does: ({ position }) => `write the object after cell ${position + 1}`,
      run({ cells }, local) {
        const { process, number, operation } = local.prefers!;
        const { state, result } = object.apply(local.snapshot.state, operation);
        local.position++;
        local.prefers = null;
        local.snapshot = {
          state,
          done: local.snapshot.done.with(process, number),
          results: local.snapshot.results.with(process, result),
        };
        cells[local.position]!.after = local.snapshot;
        local.at = "advance";
      },
    },
    advance: {
      does: ({ me, position }) => `write that process ${me} has come to cell ${position}`,
      run({ heads }, local) {
        heads[local.me] = local.position;
        settle(local);
      },
    },
  };
}

/** Goes on with the next operation once this one has taken effect, else with the next cell. */
function settle(local: Client): void {
  if (local.snapshot.done[local.me]! <= local.results.length) {
    local.at = "help";
    return;
  }
  local.results.push(local.snapshot.results[local.me]!);
  local.at = local.results.length === local.operations.length ? end : "announce";
}

function cellAt(cells: Cell[], position: number): Cell {
  return (cells[position] ??= { winner: null, after: null });
}

/**
 * Herlihy's universal construction (1991): any object, wait-free, from consensus. The operations form a list, whose
 * cells are given one after the other by a consensus object each. Cells have turns: who proposes for the cell of a
 * process whose operation is waiting proposes that one, so that nobody waits for more than a round of cells.
 */
export function universalMachine(object: SequentialObject, rules: Rules): StepMachine<Memory, Client> {
  const empty = (processes: number): Snapshot => ({
    state: object.initial,
    done: eachProcess(processes, () => 0),
    results: eachProcess(processes, () => null),
  });
  return machineOf<Memory, Client>({
    name: "universal-construction",
    memory: (processes) => ({
      announced: eachProcess(processes, () => null),
      cells: [{ winner: null, after: empty(processes) }],
      heads: eachProcess(processes, () => 0),
    }),
    begin: (me, processes, input) => {
      const operations = operationsOf(input);
      return {
        at: operations.length === 0 ? end : "announce",
        me,
        processes,
        decided: null,
        operations,
        results: [],
        reading: 0,
        position: 0,
        snapshot: empty(processes),
        prefers: null,
      };
    },
    lines: linesOf(object, rules),
    view: (_memory, { me, snapshot, results }) => ({
      state: { position: snapshot.done.reduce((sum, each) => sum + each, 0), digest: canonical(snapshot) },
      decided: Object.fromEntries(
        results.map((result, i) => [
          `result ${JSON.stringify(result)}`,
          `operation ${i + 1} of process ${me}`,
        ]),
      ),
    }),
  });
}

/** So many operations without arguments, or those of a list. */
export function operationsOf(input: Json): readonly JsonObject[] {
  if (typeof input === "number") return Array.from({ length: input }, () => ({}));
  if (isJsonArray(input) && input.every(isJsonObject)) return input;
  throw new RangeError(`expected operations, or how many, found ${JSON.stringify(input)}`);
}
