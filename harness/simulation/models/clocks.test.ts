import { describe, expect, test } from "vitest";

import { checkCausality } from "../../../checkers/causality/causality.ts";
import { EventTraceBuilder, type EventTrace, type LoggedEvent } from "../../../histories/event-trace.ts";
import type { Json } from "../../../histories/json.ts";
import { RandomChoices } from "../choices/index.ts";
import { VirtualCluster } from "../world/index.ts";
import { causalHistory, type HistoryStamp } from "../../../systems/protocols/clocks/stamps/causal-history.ts";
import type { LogicalClock } from "../../../systems/protocols/clocks/stamps/clock.ts";
import { lamportClock } from "../../../systems/protocols/clocks/stamps/lamport-clock.ts";
import {
  historyMutants,
  lamportMutants,
  vectorMutants,
} from "../../../systems/protocols/clocks/stamps/mutants.ts";
import { stampedGossip, type StampedEvent } from "../../../systems/protocols/clocks/stamps/stamped-gossip.ts";
import { vectorClock, type VectorStamp } from "../../../systems/protocols/clocks/stamps/vector-clock.ts";

const seeds = Number(process.env["RASHOMON_SEEDS"] ?? 100);
const nodes = ["n1", "n2", "n3"];

type Logged<Stamp extends Json> = StampedEvent<Stamp> & { readonly node: string };

/** What nodes logged in a run through loss, duplication, reordering, and crashes. */
function events<Stamp extends Json>(clock: LogicalClock<Stamp>, seed: number): Logged<Stamp>[] {
  const logged: Logged<Stamp>[] = [];
  const choices = new RandomChoices(seed);
  const world = new VirtualCluster({
    protocol: stampedGossip(clock),
    nodes,
    choices,
    settings: {
      network: {
        loss: 50,
        duplication: 50,
        stragglers: { permille: 100, delay: { kind: "uniform", from: 10_000, to: 60_000 } },
      },
    },
    hooks: {
      logged: (node, text) => void logged.push({ node, ...(JSON.parse(text) as StampedEvent<Stamp>) }),
    },
  });
  const nemesis = choices.stream("nemesis");
  for (let time = 30_000; time < 250_000; time += 40_000) {
    const node = nodes[nemesis.choose(nodes.length, "victim")]!;
    world.after(time, () => world.crash(node, "nothing-lost"));
    world.after(time + 5_000 + nemesis.choose(20_000, "down"), () => world.restart(node));
  }
  while (world.due() <= 300_000) world.step();
  return logged;
}

function traceOf<Stamp extends Json>(
  logged: readonly Logged<Stamp>[],
  stamped: (stamp: Stamp) => Partial<LoggedEvent>,
): EventTrace {
  const builder = new EventTraceBuilder();
  for (const [i, { node, text, stamp, sends, receives }] of logged.entries()) {
    builder.add({
      node,
      line: i + 1,
      text,
      ...stamped(stamp),
      ...(sends === undefined ? {} : { sends }),
      ...(receives === undefined ? {} : { receives }),
    });
  }
  return builder.build();
}

const asVector = (clock: VectorStamp): Partial<LoggedEvent> => ({ clock });
const asLamport = (lamport: number): Partial<LoggedEvent> => ({ lamport });
const asPast = (stamp: HistoryStamp): Partial<LoggedEvent> => ({
  past: Object.entries(stamp).flatMap(([node, numbers]) => numbers.map((number) => [node, number] as const)),
});

/** What happened before what, by transitive closure: the ground truth. */
function happensBefore(logged: readonly Logged<Json>[]): boolean[][] {
  const before = logged.map(() => logged.map(() => false));
  const sentBy = new Map(
    logged.flatMap(({ sends }, i) => (sends === undefined ? [] : [[sends, i] as const])),
  );
  for (const [j, { node, receives }] of logged.entries()) {
    const causes = [logged.slice(0, j).findLastIndex((each) => each.node === node)];
    if (receives !== undefined) causes.push(sentBy.get(receives)!);
    for (const i of causes) {
      if (i < 0) continue;
      before[i]![j] = true;
      for (let k = 0; k < j; k++) if (before[k]![i] === true) before[k]![j] = true;
    }
  }
  return before;
}

/** Pairs of events that the clock's own comparison gets wrong; of Lamport clocks, only those that it misses. */
function misjudged<Stamp extends Json>(
  clock: LogicalClock<Stamp>,
  logged: readonly Logged<Stamp>[],
  bothWays: boolean,
): number {
  const before = happensBefore(logged);
  let wrong = 0;
  for (const [i, one] of logged.entries()) {
    for (const [j, other] of logged.entries()) {
      if (i === j) continue;
      const said = clock.before(one.stamp, other.stamp);
      if (before[i]![j] === true ? !said : said && bothWays) wrong++;
    }
  }
  return wrong;
}

const clocks = [
  {
    name: "vector clocks",
    verdict: (seed: number) => checkCausality(traceOf(events(vectorClock, seed), asVector)),
  },
  {
    name: "causal histories",
    verdict: (seed: number) => checkCausality(traceOf(events(causalHistory, seed), asPast)),
  },
  {
    name: "Lamport clocks",
    verdict: (seed: number) => checkCausality(traceOf(events(lamportClock, seed), asLamport)),
  },
];

describe.each(clocks)("$name", ({ verdict }) => {
  test(`tell what happened before what, through ${seeds} runs of loss, doubles, reordering and crashes`, () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const { valid, anomalies } = verdict(seed);
      expect({ seed, valid, first: anomalies[0]?.explanation }).toEqual({
        seed,
        valid: true,
        first: undefined,
      });
    }
  });
});

describe("comparisons of stamps", () => {
  const few = Math.min(20, seeds);
  test("of vector clocks and causal histories are happened-before, both ways", () => {
    for (let seed = 1; seed <= few; seed++) {
      expect(misjudged(vectorClock, events(vectorClock, seed), true)).toBe(0);
      expect(misjudged(causalHistory, events(causalHistory, seed), true)).toBe(0);
    }
  });

  test("of Lamport clocks follow it, and say more than is so", () => {
    let more = 0;
    for (let seed = 1; seed <= few; seed++) {
      const logged = events(lamportClock, seed);
      expect(misjudged(lamportClock, logged, false)).toBe(0);
      more += misjudged(lamportClock, logged, true);
    }
    expect(more).toBeGreaterThan(0);
  });

  test("of vector clocks and causal histories of one run are the same: a count is the size of a past", () => {
    for (let seed = 1; seed <= few; seed++) {
      const vectors = events(vectorClock, seed);
      const pasts = events(causalHistory, seed);
      expect(pasts.length).toBe(vectors.length);
      for (const [i, { stamp }] of pasts.entries()) {
        const counts = Object.fromEntries(
          Object.entries(stamp).map(([node, numbers]) => [node, numbers.length]),
        );
        expect(vectors[i]!.stamp).toEqual(counts);
      }
    }
  });
});

describe("mutants of clocks are caught", () => {
  const within = 20;
  const caught = (invalid: (seed: number) => boolean): boolean =>
    Array.from({ length: within }, (_, i) => i + 1).some(invalid);

  test.each(historyMutants)("causal histories: $name", ({ clock }) => {
    expect(caught((seed) => checkCausality(traceOf(events(clock, seed), asPast)).valid === false)).toBe(true);
  });
  test.each(vectorMutants.filter(({ clock }) => clock.before === vectorClock.before))(
    "vector clocks: $name",
    ({ clock }) => {
      expect(caught((seed) => checkCausality(traceOf(events(clock, seed), asVector)).valid === false)).toBe(
        true,
      );
    },
  );
  test.each(vectorMutants.filter(({ clock }) => clock.before !== vectorClock.before))(
    "vector clocks: $name, by their own comparison",
    ({ clock }) => {
      expect(caught((seed) => misjudged(clock, events(clock, seed), true) > 0)).toBe(true);
    },
  );
  test.each(lamportMutants)("Lamport clocks: $name", ({ clock }) => {
    expect(caught((seed) => checkCausality(traceOf(events(clock, seed), asLamport)).valid === false)).toBe(
      true,
    );
  });
});
