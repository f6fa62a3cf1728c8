import type { Budget } from "../../checker.ts";
import type { IsolationEngine, LevelDecision } from "../decision.ts";
import type { Level } from "../levels.ts";
import { Initial, type Reading } from "../reading.ts";
import { decideByPredicate } from "./by-predicate.ts";

/** Choices of orders that are tried. */
const MostChoices = 256;

/** What an engine decides of a level, where the level goes by less than all that the reading says. */
export function decideReading(
  engine: IsolationEngine,
  reading: Reading,
  level: Level,
  budget: Budget,
): LevelDecision | undefined {
  return level.name === "read-uncommitted" && reading.uncommitted !== undefined
    ? decideUncommitted(engine, reading, reading.uncommitted.orders, level, budget)
    : decideByPredicate(engine, reading, level, budget);
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
