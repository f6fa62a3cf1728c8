import type { Anomaly } from "../verdict.ts";
import { Alphabet } from "./alphabet.ts";
import { concurrency, Never, readCalls, type Calls } from "./calls.ts";
import { counterexample } from "./counterexample.ts";
import type { Limits, Linearizable, Undecided } from "./engines/engine.ts";
import { decide } from "./engines/engines.ts";
import { neededUnknown } from "./needed.ts";
import type { ModelHistory, Partition } from "./partition.ts";
import { StateTable } from "./states.ts";

/** Operations of unknown outcome that are named as needed. */
const MostNeeded = 3;

/** What was found out about one object; plain data, so that a thread can tell another. */
export interface Finding {
  readonly end: "linearizable" | "nonlinearizable" | Undecided["end"];
  readonly engine: string;
  /** Operations that an order has to have, or may have. */
  readonly operations: number;
  readonly unknownOutcomes: number;
  readonly concurrency: number;
  /** Whether some completed operation could have shown a violation. */
  readonly evidence: boolean;
  readonly steps: number;
  readonly configurations: number;
  /** When linearizable: the events that stand for the operations, in the order in which these took effect. */
  readonly order?: Int32Array;
  /** When linearizable: the first operations of unknown outcome that must have taken effect for that. */
  readonly needed?: readonly number[];
  /** When not, and asked for. */
  readonly anomaly?: Anomaly;
  /** When undecided: how many known operations returned before the one that no order got past. */
  readonly returned?: number;
}

/** Judges one object: by itself, so that it does not matter when and in which thread this is done. */
export function judgeObject(
  source: ModelHistory,
  partition: Partition,
  limits: Limits,
  wantsAnomaly: () => boolean,
): Finding {
  const { model, history } = source;
  const { key, keys } = partition;
  const alphabet = new Alphabet((keys === undefined ? undefined : model.only?.(keys)) ?? model, history);
  const calls = readCalls(source, partition, alphabet);
  const states = new StateTable(alphabet);
  const { engine, decision } = decide({ calls, states }, limits);
  const { end, steps, configurations = 0 } = decision;
  const base = {
    end,
    engine,
    operations: calls.length,
    unknownOutcomes: unknownOutcomes(calls),
    concurrency: concurrency(calls),
    evidence: hasEvidence(calls),
    steps,
    configurations,
  };
  switch (decision.end) {
    case "linearizable":
      return {
        ...base,
        order: eventsOf(calls, decision),
        needed: neededUnknown(calls, decision.order, 0, MostNeeded),
      };
    case "nonlinearizable":
      return wantsAnomaly()
        ? { ...base, anomaly: counterexample(source, key, calls, decision, states, limits, engine) }
        : base;
    case "steps":
    case "seconds":
    case "bytes":
      return { ...base, returned: decision.returned };
  }
}

function unknownOutcomes({ end, length }: Calls): number {
  let count = 0;
  for (let i = 0; i < length; i++) if (end[i] === Never) count++;
  return count;
}

function hasEvidence({ alphabet, action, end, length }: Calls): boolean {
  for (let i = 0; i < length; i++) {
    if (end[i] === Never) continue;
    const { input, output } = alphabet.get(action[i]!);
    if (alphabet.model.observes(input, output)) return true;
  }
  return false;
}

function eventsOf({ event }: Calls, { order }: Linearizable): Int32Array {
  const events = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) events[i] = event[order[i]!]!;
  return events;
}
