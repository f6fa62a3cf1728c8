import * as fc from "fast-check";
import { expect, test } from "vitest";

import { HistoryBuilder } from "../../../histories/builder.ts";
import type { History } from "../../../histories/history.ts";
import type { Json } from "../../../histories/json.ts";
import { accountsOf, bruteForce, permutations } from "../engines/testing/brute-force.ts";
import { isBrokenBy, levelNumber } from "../lattice.ts";
import { transactionsOf } from "../transactions/transactions-of.ts";
import { readingOf } from "./reading-of.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 400);

/** A row store: null where there is no row. */
type Store = Readonly<Record<string, number>>;

interface Step {
  readonly outcome: "ok" | "fail" | "info";
  readonly operations: readonly { readonly act: number; readonly key: number; readonly value: number }[];
  /** How many transactions before it it does not see. */
  readonly lag: number;
}

interface Played {
  readonly outcome: Step["outcome"];
  readonly value: readonly (readonly Json[])[];
}

const predicates: readonly { readonly json: Json; readonly matches: (value: number) => boolean }[] = [
  { json: "true", matches: () => true },
  { json: ["=", 1], matches: (value) => value === 1 },
  { json: ["mod", 2, 0], matches: (value) => value % 2 === 0 },
];

/** What a micro-operation does to a store and what it sees. */
function perform(store: Store, micro: readonly Json[]): { store: Store; seen: Json } {
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

function play(steps: readonly Step[]): Played[] {
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

function historyOf(played: readonly Played[]): History {
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

/** Whether some order of the committed transactions, and of any of those of unknown outcome, explains all that was seen. */
function isSerializable(played: readonly Played[]): boolean {
  const unknown = played.flatMap(({ outcome }, t) => (outcome === "info" ? [t] : []));
  const committed = played.flatMap(({ outcome }, t) => (outcome === "ok" ? [t] : []));
  for (let chosen = 0; chosen < 1 << unknown.length; chosen++) {
    const those = [...committed, ...unknown.filter((_, i) => ((chosen >> i) & 1) === 1)];
    for (const order of permutations(those)) {
      let store: Store = {};
      const explains = order.every((t) =>
        played[t]!.value.every((micro) => {
          const { store: after, seen } = perform(store, micro);
          store = after;
          const isRead = micro[0] === "r" || micro[0] === "rp";
          return !isRead || played[t]!.outcome !== "ok" || JSON.stringify(seen) === JSON.stringify(micro[2]);
        }),
      );
      if (
        explains &&
        isLifeOf(
          order.map((t) => played[t]!),
          played,
        )
      )
        return true;
    }
  }
  return false;
}

/** Whether rows whose operations tell their order are born first, then overwritten, and dead at the end. */
function isLifeOf(order: readonly Played[], all: readonly Played[]): boolean {
  const names = ["insert", "w", "delete"];
  return [0, 1].every((key) => {
    const madeBy = (those: readonly Played[]): { t: number; rank: number }[] =>
      those.flatMap(({ value }, t) =>
        value.flatMap(([name = null, subject = null]) => {
          const rank = names.findIndex((one) => one === name);
          return subject === key && rank >= 0 ? [{ t, rank }] : [];
        }),
      );
    const made = madeBy(order);
    const possible = madeBy(all.filter(({ outcome }) => outcome !== "fail"));
    const isClear = possible.every(({ t, rank }, i) =>
      possible.every(
        (other, j) =>
          (other.rank !== rank || other.t === t) && !(other.t === t && j > i && other.rank < rank),
      ),
    );
    const finals = made.filter(({ t }, i) => made.findLastIndex((other) => other.t === t) === i);
    return !isClear || finals.every(({ rank }, i) => i === 0 || finals[i - 1]!.rank <= rank);
  });
}

const steps: fc.Arbitrary<Step[]> = fc.array(
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

test("what predicates showed and left out is serializable exactly if some order of the transactions explains it", () => {
  const settled = { yes: 0, no: 0 };
  fc.assert(
    fc.property(steps, (of) => {
      const played = play(of);
      const reading = readingOf(transactionsOf(historyOf(played)));
      if (accountsOf(reading) > 20_000) return;
      const level = { name: "serializable", strength: "plain" } as const;
      // The order of versions may be that of births and deaths.
      const own =
        bruteForce(reading)[levelNumber(level)] === true &&
        !reading.findings.some((finding) => isBrokenBy(level, finding));
      const truth = isSerializable(played);
      // What is open may only hide a violation.
      if (own && reading.gaps.length > 0) return;
      expect(own, `${JSON.stringify(played)} ${JSON.stringify(reading.findings)}`).toBe(truth);
      settled[truth ? "yes" : "no"]++;
    }),
    { numRuns: Runs },
  );
  expect(settled.yes).toBeGreaterThan(Runs / 10);
  expect(settled.no).toBeGreaterThan(Runs / 40);
});
