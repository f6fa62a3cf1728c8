import * as fc from "fast-check";

import { HistoryBuilder } from "../../../histories/builder.ts";
import type { History } from "../../../histories/history.ts";
import type { Json } from "../../../histories/json.ts";

/** A row store: null where there is no row. */
export type Store = Readonly<Record<string, number>>;

export interface Step {
  readonly outcome: "ok" | "fail" | "info";
  readonly operations: readonly { readonly act: number; readonly key: number; readonly value: number }[];
  /** How many transactions before it it does not see. */
  readonly lag: number;
}

/** A transaction and what it saw. */
export interface Played {
  readonly outcome: Step["outcome"];
  readonly value: readonly (readonly Json[])[];
}

const predicates: readonly { readonly json: Json; readonly matches: (value: number) => boolean }[] = [
  { json: "true", matches: () => true },
  { json: ["=", 1], matches: (value) => value === 1 },
  { json: ["mod", 2, 0], matches: (value) => value % 2 === 0 },
];

/** What a micro-operation does to a store and what it sees. */
export function perform(store: Store, micro: readonly Json[]): { store: Store; seen: Json } {
  const [name = null, subject = null, argument = null] = micro;
  const key = JSON.stringify(subject);
  switch (name) {
    case "insert":
    case "w":
      return { store: { ...store, [key]: argument as number }, seen: argument };
    case "delete": {
      const { [key]: _gone, ...rest } = store;
      return { store: rest, seen: null };
    }
    case "r":
      return { store, seen: store[key] ?? null };
    default: {
      const { matches } = predicates.find(({ json }) => JSON.stringify(json) === JSON.stringify(subject))!;
      return { store, seen: Object.fromEntries(Object.entries(store).filter(([, value]) => matches(value))) };
    }
  }
}

/** Runs transactions one after the other, some of them on stores of the past. */
export function play(steps: readonly Step[]): Played[] {
  const stores: Store[] = [{}];
  return steps.map(({ outcome, operations, lag }) => {
    let store = stores[Math.max(0, stores.length - 1 - lag)]!;
    const value = operations.map(({ act, key, value: written }): Json[] => {
      const micro: Json[] =
        act < 2
          ? [["insert", "w"][act]!, key, written]
          : act === 2
            ? ["delete", key]
            : act === 3
              ? ["r", key, null]
              : ["rp", predicates[act % 3]!.json, null];
      const { store: after, seen } = perform(store, micro);
      store = after;
      return act < 3 ? micro : [micro[0]!, micro[1]!, seen];
    });
    if (outcome === "ok") {
      // What it wrote goes to the latest store.
      let latest = stores.at(-1)!;
      for (const micro of value) latest = perform(latest, micro).store;
      stores.push(latest);
    }
    return { outcome, value };
  });
}

/** The history in which each is over before the next begins. */
export function historyOfRows(played: readonly Played[]): History {
  const builder = new HistoryBuilder();
  played.forEach(({ outcome, value }, process) => {
    const asked = value.map(([name = null, subject = null, argument = null]) =>
      name === "delete" ? [name, subject] : [name, subject, name === "r" || name === "rp" ? null : argument],
    );
    builder.add({ time: 2 * process, process, f: "txn", type: "invoke", value: asked });
    builder.add({
      time: 2 * process + 1,
      process,
      f: "txn",
      type: outcome,
      value: outcome === "ok" ? value : asked,
    });
  });
  return builder.build();
}

/** Some transactions that insert, overwrite, delete and read two rows, by key and by predicate. */
export const randomSteps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    outcome: fc.constantFrom<Step["outcome"]>("ok", "ok", "ok", "ok", "info", "fail"),
    operations: fc.array(fc.record({ act: fc.nat(6), key: fc.nat(1), value: fc.nat(2) }), {
      minLength: 1,
      maxLength: 3,
      size: "max",
    }),
    lag: fc.constantFrom(0, 1, 1, 2),
  }),
  { minLength: 2, maxLength: 5, size: "max" },
);
