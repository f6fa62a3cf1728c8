import type { Budget } from "../../checker.ts";
import type { IsolationEngine, LevelDecision, Violation } from "../decision.ts";
import type { Level } from "../levels.ts";
import { Initial, type Reading } from "../reading.ts";
import { decisionInWhole, restrict } from "../restrict.ts";
import { decideByPredicate } from "./by-predicate.ts";
import { decideDoubtful } from "./decide-doubtful.ts";
import { guessed } from "./guess.ts";
import { decideLoose } from "./loose-versions.ts";
import { narrowed } from "./narrow.ts";

/** Choices of orders that are tried. */
const MostChoices = 256;

export interface Decided {
  readonly decision: LevelDecision;
  readonly engine: string;
}

/** What the first engine that can decides of a level, where the level goes by less than all that the reading says; `undefined` if none can. */
export function decideReading(
  engines: readonly IsolationEngine[],
  reading: Reading,
  level: Level,
  budget: Budget,
): Decided | undefined {
  return reading.doubtful === undefined
    ? decideWithVersions(engines, reading, level, budget)
    : decideDoubtful(decideWithVersions, engines, reading, level, budget);
}

function decideWithVersions(
  engines: readonly IsolationEngine[],
  reading: Reading,
  level: Level,
  budget: Budget,
  tell = true,
): Decided | undefined {
  return reading.loose === undefined
    ? decideClear(engines, reading, level, budget, tell)
    : decideLoose(decideClear, engines, reading, level, budget, tell);
}

function decideClear(
  engines: readonly IsolationEngine[],
  reading: Reading,
  level: Level,
  budget: Budget,
  tell = true,
): Decided | undefined {
  const guess = level.name === "read-uncommitted" ? undefined : guessed(reading);
  const little = { ...budget, steps: Math.min(StepsToTell, budget.steps ?? StepsToTell) };
  if (guess !== undefined)
    for (const engine of engines) {
      const decision = decideByPredicate(engine, guess, level, little);
      if (decision?.valid === true) return { decision, engine: engine.name };
      if (decision !== undefined) break;
    }
  for (const engine of engines) {
    const decision =
      level.name === "read-uncommitted" && reading.uncommitted !== undefined
        ? decideUncommitted(engine, reading, reading.uncommitted.orders, level, budget)
        : decideNarrowed(engine, reading, level, budget, tell);
    if (decision !== undefined) return { decision, engine: engine.name };
  }
  return undefined;
}

/** Steps for a guess, and for telling of a violation in terms of what was observed alone. */
const StepsToTell = 2_000_000;

/**
 * Decides by what is left open once the level has ruled out what it does. A violation is then decided once more by what was observed alone, of
 * few transactions if these will do, since others are to see it.
 */
function decideNarrowed(
  engine: IsolationEngine,
  reading: Reading,
  level: Level,
  budget: Budget,
  tell: boolean,
): LevelDecision | undefined {
  const less = narrowed(reading, level);
  const decision = decideByPredicate(engine, less, level, budget);
  if (less === reading || !tell || decision === undefined || decision.valid !== false) return decision;
  const told = { ...budget, steps: Math.min(StepsToTell, budget.steps ?? StepsToTell) };
  const kept = around(reading, decision);
  if (kept.length < reading.nodes / 2) {
    const part = decideByPredicate(engine, restrict(reading, kept), level, told);
    if (part?.valid === false) return decisionInWhole(part, kept);
  }
  const whole = decideByPredicate(engine, reading, level, told);
  if (whole === undefined || whole.valid !== "unknown") return whole;
  return { valid: false, core: Array.from({ length: reading.nodes - 1 }, (_, i) => i + 1) };
}

/** The nodes of a violation and all who wrote what it is about. */
function around({ writeFirst, writeKey, writerFirst, writer }: Reading, decision: Violation): Int32Array {
  const nodes = new Set("core" in decision ? decision.core : decision.cycle.map(({ from }) => from));
  const keys = new Set("core" in decision ? [] : decision.cycle.flatMap(({ key }) => (key < 0 ? [] : [key])));
  for (const node of nodes)
    for (let entry = writeFirst[node]!; entry < writeFirst[node + 1]!; entry++) keys.add(writeKey[entry]!);
  for (const key of keys)
    for (let i = writerFirst[key]!; i < writerFirst[key + 1]!; i++) nodes.add(writer[i]!);
  return Int32Array.from(nodes.add(Initial)).toSorted();
}

/** What stayed open that a level depends on. */
export function gapsFor({ gaps, uncommitted }: Reading, level: Level): readonly string[] {
  return level.name === "read-uncommitted" ? (uncommitted?.gaps ?? gaps) : gaps;
}

type OrdersOfKeys = ReadonlyMap<number, readonly (readonly number[])[]>;

/** Read uncommitted holds if it does with any of the orders that each key may have. */
function decideUncommitted(
  engine: IsolationEngine,
  reading: Reading,
  orders: OrdersOfKeys,
  level: Level,
  budget: Budget,
): LevelDecision | undefined {
  const choices = [...orders].reduce((product, [, some]) => product * some.length, 1);
  if (choices > MostChoices) {
    const common = new Map([...orders].map(([key, some]) => [key, [commonStart(some)]]));
    const relaxed = decideUncommitted(engine, reading, common, level, budget);
    return relaxed?.valid === true
      ? {
          valid: "unknown",
          reason: `equal elements of lists may be those of ${choices} choices of transactions`,
        }
      : relaxed;
  }
  const core = new Set<number>();
  for (let choice = 0; choice < choices; choice++) {
    const decision = engine.decide(inOrders(reading, orders, choice), level, budget);
    if (decision === undefined || decision.valid !== false || choices === 1) return decision;
    const nodes = "core" in decision ? decision.core : decision.cycle.flatMap(({ from, to }) => [from, to]);
    for (const node of nodes) core.add(node);
  }
  for (const some of orders.values()) for (const order of some) for (const node of order) core.add(node);
  core.delete(Initial);
  return { valid: false, core: [...core].toSorted((a, b) => a - b) };
}

function commonStart([first = [], ...others]: readonly (readonly number[])[]): readonly number[] {
  const end = first.findIndex((node, i) => others.some((other) => other[i] !== node));
  return end < 0 ? first : first.slice(0, end);
}

/** The writes of a reading, in one choice of orders. */
function inOrders(reading: Reading, orders: OrdersOfKeys, choice: number): Reading {
  const writer = reading.writer.slice();
  const ordered = reading.ordered.slice();
  let rest = choice;
  for (const [key, some] of orders) {
    const order = some[rest % some.length]!;
    rest = Math.floor(rest / some.length);
    const first = reading.writerFirst[key]! + 1;
    const all = Array.from(reading.writer.subarray(first, reading.writerFirst[key + 1]));
    const told = new Set(order);
    writer.set([...order, ...all.filter((node) => !told.has(node))], first);
    ordered[key] = Math.min(all.length, all.length - order.length === 1 ? all.length : order.length) + 1;
  }
  const none = new Int32Array(0);
  return {
    ...reading,
    writer,
    ordered,
    readFirst: new Int32Array(reading.nodes + 1),
    readKey: none,
    readOperation: none,
    readFrom: none,
    candidates: new Map(),
  };
}
