import { randomOf } from "../../../testing/random-registers.ts";
import type { Reading } from "../../reading.ts";
import { Never } from "../../transactions.ts";
import { readingOf, type Described, type DescribedOperation } from "./readings.ts";

export interface SmallReadings {
  /** Most transactions, sessions, keys, and operations of a transaction. */
  readonly transactions: number;
  readonly sessions: number;
  readonly keys: number;
  readonly operations: number;
  /** Chances that a read may be of several writers, that an order of versions is known, that an outcome is unknown. */
  readonly candidates: number;
  readonly orders: number;
  readonly unknown: number;
  /** Chances that a write has a read of its key before it, and that a read sees one of the latest versions. */
  readonly chained: number;
  readonly recent: number;
}

const few: SmallReadings = {
  transactions: 6,
  sessions: 3,
  keys: 3,
  operations: 3,
  candidates: 0,
  orders: 0,
  unknown: 0.05,
  chained: 0.3,
  recent: 0.5,
};

/** What every engine is held to the definitions on. */
export const smallReadings = {
  "no order known": few,
  "some orders known": { ...few, orders: 0.6 },
  "many sessions": { ...few, sessions: 6, recent: 0.8 },
  "one key": { ...few, keys: 1, transactions: 5 },
  "long transactions": { ...few, operations: 6, transactions: 5 },
} as const satisfies Readonly<Record<string, SmallReadings>>;

/** And those whose writers are to be searched for, or whose versions follow one another closely. */
export const harderReadings = {
  "many reads before writes": { ...few, chained: 0.8, recent: 0.8, keys: 2 },
  "values repeated": { ...few, candidates: 0.4, recent: 0.7 },
  "values repeated and some orders known": { ...few, candidates: 0.4, orders: 0.5, transactions: 5 },
} as const satisfies Readonly<Record<string, SmallReadings>>;

/** Random small readings: no store made them, so that all shapes of cycles come. */
export function smallReading(seed: number, options: SmallReadings): Reading {
  const random = randomOf(seed);
  const below = (bound: number): number => Math.floor(random() * bound);
  const count = 1 + below(options.transactions);
  const sessions = 1 + below(options.sessions);
  const keys = 1 + below(options.keys);

  // Sessions run side by side: each step begins or ends a transaction of one.
  const begin: number[] = [];
  const end: number[] = [];
  const session: number[] = [];
  const running = new Map<number, number>();
  let time = 0;
  while (begin.length < count || running.size > 0) {
    const s = below(sessions);
    const open = running.get(s);
    if (open !== undefined) {
      if (random() < options.unknown) end[open] = Never;
      else end[open] = time++;
      running.delete(s);
    } else if (begin.length < count) {
      running.set(s, begin.length);
      session.push(s);
      end.push(Never);
      begin.push(time++);
    }
  }

  const writers = Array.from({ length: keys }, (): number[] => []);
  const writes = begin.map((_, i) => {
    const own = new Set<number>();
    for (let w = below(3); w > 0; w--) own.add(below(keys));
    for (const key of own) writers[key]!.push(i + 1);
    return own;
  });
  const pick = (key: number, reader: number): number => {
    const choices = [0, ...writers[key]!.filter((node) => node !== reader)];
    if (random() >= options.recent) return choices[below(choices.length)]!;
    const before = choices.filter((node) => node < reader);
    return before[Math.max(0, before.length - 1 - below(2))]!;
  };
  const all: Described[] = begin.map((_, i) => {
    const operations: DescribedOperation[] = [];
    const read = (key: number): void => {
      const from = new Set([pick(key, i + 1)]);
      while (random() < options.candidates && from.size <= writers[key]!.length - 1)
        from.add(pick(key, i + 1));
      operations.push({ read: key, from: [...from] });
    };
    for (let o = below(options.operations + 1); o > 0; o--) read(below(keys));
    for (const key of writes[i]!) {
      if (random() < options.chained) read(key);
      operations.splice(below(operations.length + 1), 0, { write: key });
    }
    return { session: session[i]!, begin: begin[i]!, end: end[i]!, operations };
  });
  const orders = new Map<number, number[]>();
  for (let k = 0; k < keys; k++)
    if (random() < options.orders) {
      const known = writers[k]!.map((node) => ({ node, at: node + 2 * random() }));
      known.sort((a, b) => a.at - b.at);
      orders.set(
        k,
        known.slice(0, below(known.length + 1)).map(({ node }) => node),
      );
    }
  return readingOf(all, keys, orders, random() < 0.95);
}
