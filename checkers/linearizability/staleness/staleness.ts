import { firstFrom } from "../ascending.ts";
import type { History } from "../../../histories/history.ts";
import type { Json } from "../../../histories/json.ts";
import { Alphabet } from "../alphabet.ts";
import { readCalls, type Calls } from "../calls.ts";
import { Read, readRegisterCalls } from "../engines/register-calls.ts";
import type { Model } from "../model.ts";
import { ModelHistory } from "../partition.ts";
import { atomicityOf, countBetween } from "./atomicity.ts";
import { versionsOf, type Versions } from "./versions.ts";

/** How far the reads of registers lagged behind, over all objects together. Plain data. */
export interface RegisterStaleness {
  /** Objects measured, and those whose values were written several times, so that nobody can tell. */
  readonly objects: number;
  readonly unmeasured: number;
  readonly reads: number;
  /** Reads of a value that had certainly been replaced before they began. */
  readonly staleReads: number;
  /** Reads of values that nobody had written when they returned; the other figures are about the rest. */
  readonly unexplained: number;
  /**
   * k-atomicity: with the operations in the best order, every read gives one of the k latest versions. The
   * least k lies between these; 1: linearizable.
   */
  readonly versions: { readonly atLeast: number; readonly atMost: number };
  /**
   * Δ-atomicity (Golab, Li & Shah 2011): the least number of milliseconds by which every read would have to
   * have begun earlier for all to be linearizable.
   */
  readonly milliseconds: number;
  /** The stalest reads, worst first. */
  readonly worst: readonly StaleRead[];
}

/** A read of a value that had certainly been replaced; operations by the index of their invocation. */
export interface StaleRead {
  readonly key?: Json;
  readonly operation: number;
  readonly value: Json;
  /** Writes that certainly came after that of the value and before the read. */
  readonly versions: number;
  /** From the return by which the value was certainly replaced to the start of the read. */
  readonly milliseconds: number;
  /** The write that had replaced it by then. */
  readonly replacedBy: number;
}

const MostNamed = 5;

/** Measures the reads of registers; `undefined` where the model is no register, or no object can be measured. */
export function staleness(history: History, model: Model, keyed = false): RegisterStaleness | undefined {
  if (model.structure?.kind !== "register") return undefined;
  const source = new ModelHistory(history, model, keyed);
  let objects = 0;
  let unmeasured = 0;
  let reads = 0;
  let unexplained = 0;
  let atLeast = 1;
  let atMost = 1;
  let shift = 0;
  const stale: StaleRead[] = [];
  let staleReads = 0;
  for (const { key, operations } of source.partitions()) {
    const calls = readCalls(source, { operations }, new Alphabet(model));
    const registers = readRegisterCalls(calls, model.structure);
    const versions = versionsOf(registers);
    if (versions === undefined) {
      unmeasured++;
      continue;
    }
    objects++;
    reads += versions.reads;
    unexplained += versions.unexplained;
    const atomicity = atomicityOf(versions);
    atLeast = Math.max(atLeast, atomicity.atLeast);
    atMost = Math.max(atMost, atomicity.atMost);
    if (atomicity.atMost > 1) shift = Math.max(shift, leastShift(versions, history.columns.time));
    const found = staleReadsOf(versions, calls, history.columns.time);
    staleReads += found.length;
    stale.push(
      ...found
        .toSorted(staler)
        .slice(0, MostNamed)
        .map(({ read, ...measures }) => ({
          ...(key === undefined ? {} : { key }),
          operation: calls.event[read]!,
          value: registers.kind[read] === Read ? registers.value(registers.seen[read]!) : null,
          ...measures,
        })),
    );
  }
  if (objects === 0) return undefined;
  return {
    objects,
    unmeasured,
    reads,
    staleReads,
    unexplained,
    versions: { atLeast, atMost },
    milliseconds: shift / 1e6,
    worst: stale.toSorted(staler).slice(0, MostNamed),
  };
}

interface Measures {
  readonly versions: number;
  readonly milliseconds: number;
  readonly replacedBy: number;
}

function staler(a: Measures, b: Measures): number {
  return b.versions - a.versions || b.milliseconds - a.milliseconds;
}

/**
 * The reads of each version that began after another was there whose write had begun after this one was. Of
 * all such others the one that was there first tells since when the value was gone.
 */
function staleReadsOf(
  versions: Versions,
  { length, begin, event }: Calls,
  time: ArrayLike<number>,
): (Measures & { readonly read: number })[] {
  const { count, write, first, versionOf } = versions;
  const byBegin = Int32Array.from({ length: count }, (_, version) => version).toSorted((a, b) => versions.begin[a]! - versions.begin[b]!); // prettier-ignore
  const begins = byBegin.map((version) => versions.begin[version]!);
  /** Among the versions from a place on, the one that was there first. */
  const earliest = new Int32Array(count + 1).fill(-1);
  for (let at = count - 1; at >= 0; at--) {
    const later = earliest[at + 1]!;
    const version = byBegin[at]!;
    earliest[at] = later < 0 || version < later ? version : later;
  }
  const found: { read: number; replacedBy: number; milliseconds: number; after: number; before: number }[] =
    [];
  for (let read = 0; read < length; read++) {
    const version = versionOf[read]!;
    if (version < 0) continue;
    const after = first[version]!;
    const next = earliest[firstFrom(begins, after + 1)]!;
    if (next < 0 || first[next]! >= begin[read]!) continue;
    const milliseconds = ((time[begin[read]!] ?? 0) - (time[first[next]!] ?? 0)) / 1e6;
    found.push({ read, replacedBy: event[write[next]!]!, milliseconds, after, before: begin[read]! });
  }
  const counts = countBetween(versions, found);
  return found.map(({ read, replacedBy, milliseconds }, i) => ({
    read,
    versions: counts[i]!,
    milliseconds,
    replacedBy,
  }));
}

/**
 * The least shift of the begins of reads, in nanoseconds, after which no two versions must each stand before
 * the other; found by halving, since a larger shift never hurts, and one that leaves only the writes to ask
 * about is always enough: none began after it was there.
 */
function leastShift(versions: Versions, time: ArrayLike<number>): number {
  const at = (event: number): number => (event < 0 ? -Infinity : (time[event] ?? 0));
  const first = Float64Array.from(versions.first, at);
  const begin = Float64Array.from(versions.begin, at);
  const lastRead = Float64Array.from(versions.lastRead, at);
  const passes = (shift: number): boolean => {
    let from = -Infinity;
    let to = -Infinity;
    for (let version = 0; version < first.length; version++) {
      const one = first[version]!;
      const two = Math.max(begin[version]!, lastRead[version]! - shift);
      if (version > 0 && one < to && from < two) return false;
      if (one < two) {
        from = one;
        to = two;
      }
    }
    return true;
  };
  let failing = -1;
  let passing = 1;
  while (!passes(passing)) {
    failing = passing;
    passing *= 2;
  }
  while (passing - failing > 1) {
    const middle = Math.floor((failing + passing) / 2);
    if (passes(middle)) passing = middle;
    else failing = middle;
  }
  return passing;
}
