import { Alphabet } from "../linearizability/alphabet.ts";
import { Never, readCalls, withoutUnseen } from "../linearizability/calls.ts";
import type { ModelHistory } from "../linearizability/partition.ts";
import { StateTable } from "../linearizability/states.ts";

/**
 * What each process did, in its own order: all that sequential consistency knows of a history. Operations
 * are numbered by their events. Failed ones are left out, and unknown ones that nobody saw.
 */
export interface Programs {
  readonly length: number;
  /** The event that stands for the operation. */
  readonly event: Int32Array;
  /** The event of its completion; `Never` for an unknown outcome, which is the last of its process. */
  readonly end: Int32Array;
  readonly process: Int32Array;
  /** Its place in its process, from 0 on. */
  readonly place: Int32Array;
  /** The object that it acts on. */
  readonly object: Int32Array;
  /** Its number in the alphabet of its object. */
  readonly action: Int32Array;
  /** Process → its operations in order. */
  readonly processes: readonly (readonly number[])[];
  /** The states of each object. */
  readonly objects: readonly StateTable[];
}

/** Reads the programs of a history; throws an `InputError` for a malformed operation. */
export function readPrograms(source: ModelHistory): Programs {
  const objects: StateTable[] = [];
  const all: { event: number; end: number; object: number; action: number }[] = [];
  for (const partition of source.partitions()) {
    const alphabet = new Alphabet(source.model);
    const { event, end, action, length } = withoutUnseen(readCalls(source, partition, alphabet));
    const object = objects.push(new StateTable(alphabet)) - 1;
    for (let i = 0; i < length; i++) all.push({ event: event[i]!, end: end[i]!, object, action: action[i]! });
  }
  const numbers = new Map<string, number>();
  const processOf = all
    .toSorted((a, b) => a.event - b.event)
    .map((call) => {
      const name = String(source.history.processOf(call.event));
      const number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      return { ...call, process: number };
    });
  return arranged(processOf, objects);
}

/** The programs with those operations only at which `kept` is 1. */
export function restricted(programs: Programs, kept: Uint8Array): Programs {
  const { event, end, object, action, process, objects } = programs;
  const some: Placed[] = [];
  for (let i = 0; i < programs.length; i++)
    if (kept[i] === 1)
      some.push({
        event: event[i]!,
        end: end[i]!,
        object: object[i]!,
        action: action[i]!,
        process: process[i]!,
      });
  return arranged(some, objects);
}

interface Placed {
  readonly event: number;
  readonly end: number;
  readonly object: number;
  readonly action: number;
  readonly process: number;
}

function arranged(operations: readonly Placed[], objects: readonly StateTable[]): Programs {
  const processes: number[][] = [];
  const numbers = new Map<number, number>();
  const process = new Int32Array(operations.length);
  const place = Int32Array.from(operations, (operation, i) => {
    const number = numbers.get(operation.process) ?? numbers.size;
    numbers.set(operation.process, number);
    process[i] = number;
    return (processes[number] ??= []).push(i) - 1;
  });
  return {
    length: operations.length,
    event: Int32Array.from(operations, ({ event }) => event),
    end: Int32Array.from(operations, ({ end }) => end),
    object: Int32Array.from(operations, ({ object }) => object),
    action: Int32Array.from(operations, ({ action }) => action),
    process,
    place,
    processes,
    objects,
  };
}

/** Whether it is known that the operation happened. */
export function isKnown({ end }: Programs, operation: number): boolean {
  return end[operation] !== Never;
}
