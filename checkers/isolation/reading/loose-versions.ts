import type { Budget } from "../../checker.ts";
import type { Execution, IsolationEngine } from "../decision.ts";
import type { Level } from "../levels.ts";
import { Initial, type LooseVersions, type Reading } from "../reading.ts";
import { decisionInWhole, restrict } from "../restrict.ts";
import type { Decided } from "./decide-reading.ts";

type Decide = (
  engines: readonly IsolationEngine[],
  reading: Reading,
  level: Level,
  budget: Budget,
  tell?: boolean,
) => Decided | undefined;

/**
 * Decides a level where the system told the versions of some writers of a key, but not of all (`Reading.loose`). What breaks it with the versions
 * in any order breaks it; so does what breaks it without the writers of which none is told. It holds if what
 * explains it keeps to the versions that were told, or if it does with the others put among them as early or as late as their times allow.
 */
export function decideLoose(
  decide: Decide,
  engines: readonly IsolationEngine[],
  reading: Reading,
  level: Level,
  budget: Budget,
  tell = true,
): Decided | undefined {
  const { loose } = reading;
  const relaxed = decide(engines, reading, level, budget, tell);
  if (loose === undefined || relaxed?.decision.valid === false || level.name === "view-serializable")
    return relaxed;
  if (relaxed?.decision.valid === true && keepsTo(loose, relaxed.decision.execution)) return relaxed;
  let known = cache.get(reading);
  if (known === undefined) cache.set(reading, (known = tries(reading, loose)));
  for (const guess of known.guesses) {
    const decided = decide(engines, guess, level, budget, false);
    if (decided?.decision.valid === true) return decided;
  }
  const part = decide(engines, known.part, level, budget, tell);
  if (part?.decision.valid === false)
    return { ...part, decision: decisionInWhole(part.decision, known.kept) };
  return {
    engine: relaxed?.engine ?? "none",
    decision: { valid: "unknown", reason: loose.gap },
  };
}

/** What is tried of a reading, whatever the level: some orders, and the part of whose writers all versions were told. */
interface Tries {
  readonly guesses: readonly Reading[];
  readonly part: Reading;
  readonly kept: Int32Array;
}

const cache = new WeakMap<Reading, Tries>();

function tries(reading: Reading, loose: LooseVersions): Tries {
  const untold = new Set<number>();
  for (const [key, versions] of loose.versions)
    for (const node of writersOf(reading, key)) if (!versions.has(node)) untold.add(node);
  const kept = Int32Array.from({ length: reading.nodes }, (_, node) => node).filter(
    (node) => !untold.has(node),
  );
  const part = restrict(reading, kept);
  const toldInPart = inOrders(part, [...loose.versions.keys()], (key, writers) =>
    byVersion(writers, (node) => loose.versions.get(key)?.get(kept[node]!) ?? 0),
  );
  const guess = (early: boolean): Reading =>
    inOrders(reading, [...loose.versions.keys()], (key, writers) =>
      amongTold(reading, key, writers, loose.versions.get(key) ?? new Map<number, number>(), early),
    );
  return { guesses: [guess(true), guess(false)], part: toldInPart, kept };
}

/** Whether the versions that were told rise with the commits. */
function keepsTo({ versions }: LooseVersions, { commits }: Execution): boolean {
  for (const told of versions.values()) {
    let last = -Infinity;
    for (const node of commits) {
      const version = told.get(node);
      if (version === undefined) continue;
      if (version <= last) return false;
      last = version;
    }
  }
  return true;
}

/** The writers of a key but the initial one. */
function writersOf({ writer, writerFirst }: Reading, key: number): number[] {
  return Array.from(writer.subarray(writerFirst[key]! + 1, writerFirst[key + 1]));
}

function byVersion(writers: readonly number[], versionOf: (node: number) => number): number[] {
  return writers.toSorted((a, b) => versionOf(a) - versionOf(b));
}

/** The reading with the writers of some keys in an order. */
function inOrders(
  reading: Reading,
  keys: readonly number[],
  order: (key: number, writers: readonly number[]) => readonly number[],
): Reading {
  const { loose, ...rest } = reading;
  void loose;
  const writer = reading.writer.slice();
  const ordered = reading.ordered.slice();
  for (const key of keys) {
    const nodes = order(key, writersOf(reading, key));
    writer.set(nodes, reading.writerFirst[key]! + 1);
    ordered[key] = nodes.length + 1;
  }
  return { ...rest, writer, ordered };
}

/**
 * The writers of a key whose versions were told in the order of these, and the others where they fit: right after whoever they read the
 * key from, or else before all who began when they were over, and after all who were over when they began.
 */
function amongTold(
  reading: Reading,
  key: number,
  writers: readonly number[],
  told: ReadonlyMap<number, number>,
  early: boolean,
): readonly number[] {
  const { begin, end } = reading;
  const order = byVersion(
    writers.filter((node) => told.has(node)),
    (node) => told.get(node)!,
  );
  for (const node of writers) {
    if (told.has(node)) continue;
    const source = sourceOf(reading, key, node);
    const place =
      source !== undefined && (source === Initial || order.includes(source))
        ? order.indexOf(source) + 1
        : early
          ? order.findLastIndex((other) => end[other]! < begin[node]!) + 1
          : order.findIndex((other) => begin[other]! > end[node]!);
    order.splice(place < 0 ? order.length : place, 0, node);
  }
  return order;
}

/** From whom a node read a key that it wrote. */
function sourceOf({ readFirst, readKey, readFrom }: Reading, key: number, node: number): number | undefined {
  for (let entry = readFirst[node]!; entry < readFirst[node + 1]!; entry++)
    if (readKey[entry] === key && readFrom[entry]! >= 0) return readFrom[entry]!;
  return undefined;
}
