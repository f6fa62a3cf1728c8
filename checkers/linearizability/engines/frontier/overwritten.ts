import { Never } from "../../calls.ts";
import type { Proof } from "../engine.ts";
import { Cas, NoValue, Read, Write } from "../register-calls.ts";
import { None } from "./in-flight.ts";
import type { Schedule } from "./schedule.ts";

/** Calls in a proof, at most. */
const MostInProof = 6;

/** No call that gives a value has returned. */
const NotGiven = -2;

/** A call that cannot be placed, whatever the others did. */
export interface Overwritten {
  readonly call: number;
  readonly proof?: Proof;
}

/**
 * The first call to return that took a value which nobody can have left for it: all that give the value returned
 * before some other change began, and that returned before the call began. It is necessary for being
 * linearizable that there is none, and quickly found out, in one pass.
 */
export function firstOverwritten(schedule: Schedule): Overwritten | undefined {
  const { register, kind, events } = schedule;
  const { calls, seen, written, valueCount } = register;
  const { begin, end } = calls;
  // Of each value, how many that give it are in flight, and when the last other one returned.
  const giving = new Int32Array(valueCount);
  const given = new Int32Array(valueCount).fill(NotGiven);
  given[0] = -1;
  /** Of the changes that returned, the one that began last; and which that was when each call began. */
  let latest = None;
  const latestAtBegin = new Int32Array(calls.length).fill(None);
  for (const event of events) {
    const call = event < 0 ? ~event : event;
    const changes = kind[call] === Write || kind[call] === Cas;
    if (event >= 0) {
      latestAtBegin[call] = latest;
      if (changes) giving[written[call]!]!++;
      continue;
    }
    if (kind[call] === Read || kind[call] === Cas) {
      const value = seen[call]!;
      const other = latestAtBegin[call]!;
      const never = given[value] === NotGiven;
      if (giving[value] === 0 && (never || (other !== None && begin[other]! > given[value]!)))
        return { call, ...proofOf(schedule, call, never ? None : other) };
    }
    if (!changes) continue;
    const value = written[call]!;
    giving[value]!--;
    if (end[call]! > given[value]!) given[value] = end[call]!;
    if (latest === None || begin[call]! > begin[latest]!) latest = call;
  }
  return undefined;
}

/** The calls that contradict one another, when they are few and all plain. */
function proofOf(schedule: Schedule, call: number, other: number): { readonly proof?: Proof } {
  const { register, kind } = schedule;
  const { calls, seen, written } = register;
  const { end, length } = calls;
  const value = seen[call]!;
  if (kind[call] !== Read || (other !== None && kind[other] !== Write)) return {};
  const givers: number[] = [];
  for (let i = 0; i < length; i++) {
    if (i === call || written[i] === NoValue || written[i] !== value) continue;
    // One that takes a value too brings in those that give it; one that returned later is no part of the prefix.
    if (kind[i] !== Write || (end[i] !== Never && end[i]! > end[call]!)) return {};
    givers.push(i);
    if (givers.length > MostInProof - 2) return {};
  }
  if (other === None && givers.length > 0) return {};
  const against = other === None ? {} : { against: other };
  return {
    proof: {
      pattern: other === None ? "never-written" : "stale-read",
      calls: [...givers, ...(other === None ? [] : [other]), call].toSorted((a, b) => a - b),
      culprit: call,
      ...against,
    },
  };
}
