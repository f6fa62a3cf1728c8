import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { monitorFor } from "./monitors.ts";
import { watch, watchInPlace, type Scene } from "./testing.ts";
import type { ConsensusView, LogEntry } from "./view.ts";

const numRuns = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 2000);

const nodes = ["n1", "n2", "n3"] as const;
const node = fc.constantFrom(...nodes);
const value = fc.constantFrom("a", "b");

type Look = { readonly node: string; readonly view: ConsensusView };
const looks = (view: fc.Arbitrary<ConsensusView>): fc.Arbitrary<Look[]> =>
  fc.array(fc.record({ node, view }), { maxLength: 6 });

const log = fc
  .record({
    entries: fc.array(fc.record({ ballot: fc.integer({ min: 1, max: 3 }), value }), { maxLength: 4 }),
    committed: fc.nat(4),
    leads: fc.option(fc.integer({ min: 1, max: 3 })),
  })
  .map(({ entries, committed, leads }): ConsensusView => ({ log: { first: 0, entries, committed }, leads }));
const delivered = fc
  .array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 })
  .map((messages): ConsensusView => ({ delivered: { log: messages } }));
const decided = fc
  .dictionary(fc.constantFrom("x", "y"), value)
  .map((decisions): ConsensusView => ({ decided: decisions }));

const ordered = fc
  .record({ ballots: fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 3 }), committed: fc.nat(6) })
  .map(({ ballots, committed }): ConsensusView => ({
    log: {
      first: 0,
      entries: ballots.toSorted((a, b) => a - b).map((ballot) => ({ ballot, value: "a" })),
      committed: committed > 3 ? 0 : committed,
    },
  }));

/** Logs that are the same as far as their ballots are; what n1, n2 and n3 have promised, and count on others to have. */
const acknowledging = fc
  .record({
    ballots: fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 3 }),
    term: fc.integer({ min: 1, max: 3 }),
    counts: fc.option(
      fc.record({
        ballot: fc.integer({ min: 1, max: 2 }),
        by: fc.dictionary(
          node,
          fc.record({ slots: fc.nat(3), promised: fc.record({ term: fc.integer({ min: 1, max: 2 }) }) }),
        ),
      }),
    ),
  })
  .map(({ ballots, term, counts }): ConsensusView => ({
    log: {
      first: 0,
      entries: ballots.toSorted((a, b) => a - b).map((ballot) => ({ ballot, value: "a" })),
      committed: 0,
    },
    promised: { term },
    acknowledged: counts,
  }));

const group = fc.subarray([...nodes], { minLength: 1 });
const acceptors = fc
  .dictionary(fc.constantFrom("1", "2"), fc.oneof(fc.constant(["n1", "n2"]), group))
  .map((known): ConsensusView => ({ acceptors: known }));

/** What nodes have promised, of each instance or of all, and voted for. */
const promising = fc
  .record({
    promised: fc.dictionary(fc.constantFrom("ballot", "x"), fc.integer({ min: 1, max: 3 })),
    votes: fc.dictionary(
      fc.constantFrom("x", "y"),
      fc.record({ ballot: fc.integer({ min: 1, max: 2 }), value: fc.constant("a") }),
      { maxKeys: 1 },
    ),
    unpromised: fc.constantFrom(0, 1),
  })
  .map((view): ConsensusView => view);

/** Whether most have promised what the node that was looked at last has voted in. */
function promisedByMost(run: readonly Look[]): boolean {
  const { votes = {}, unpromised = 0 } = run.at(-1)?.view ?? {};
  return Object.entries(votes).every(([instance, { ballot }]) => {
    if (ballot <= unpromised) return true;
    const those = nodes.filter((name) => {
      const { promised = {} } = run.findLast((look) => look.node === name)?.view ?? {};
      const promise = Object.hasOwn(promised, instance) ? promised[instance] : promised["ballot"];
      return promise !== undefined && promise >= ballot;
    });
    return those.length >= 2;
  });
}

/** Whether whoever counted on another node last counts on what that has last. */
function acknowledged(run: readonly Look[]): boolean {
  const last = (name: string): ConsensusView | undefined => run.findLast((look) => look.node === name)?.view;
  return nodes.every((leader) => {
    const claims = last(leader)?.acknowledged ?? { ballot: 0, by: {} };
    return Object.entries(claims.by).every(([other, { slots, promised }]) => {
      const [here, there] = [last(leader)!, last(other)];
      if (there === undefined || there.promised!["term"]! > claims.ballot) return true;
      const entry = slots === 0 ? undefined : here.log!.entries[slots - 1];
      return (
        there.promised!["term"]! >= promised["term"]! &&
        (slots === 0 || there.log!.entries[slots - 1]?.ballot === entry?.ballot)
      );
    });
  });
}

/** Whether most have last, of what anybody has shown as committed so far, the entry furthest on. */
function replicated(run: readonly Look[]): boolean {
  let furthest: LogEntry | undefined;
  let place = -1;
  for (const look of run) {
    const committed = committedOf(look);
    if (committed.length - 1 > place) [place, furthest] = [committed.length - 1, committed.at(-1)!];
  }
  const holders = nodes.filter((name) => {
    const entries = entriesOf(run.findLast((look) => look.node === name) ?? { node: name, view: {} });
    return entries[place]?.ballot === furthest?.ballot;
  });
  return furthest === undefined || holders.length > nodes.length / 2;
}

/** Whether every two views of a run, each looked at when it was shown, get along. */
function everyTwo(run: readonly Look[], agree: (a: Look, b: Look) => boolean): boolean {
  return run.every((a, i) => run.slice(0, i + 1).every((b) => agree(a, b)));
}

const entriesOf = ({ view }: Look): readonly (LogEntry | null)[] => view.log?.entries ?? [];
const committedOf = ({ view }: Look): readonly (LogEntry | null)[] =>
  (view.log?.entries ?? []).slice(0, view.log?.committed);
const messagesOf = ({ view }: Look): readonly unknown[] => view.delivered?.["log"] ?? [];
const noneTwice = (look: Look): boolean => new Set(messagesOf(look)).size === messagesOf(look).length;

/** Each property as books define it, on all views at once. */
const definitions: Readonly<
  Record<string, { readonly run: fc.Arbitrary<Look[]>; holds(run: readonly Look[]): boolean }>
> = {
  agreement: {
    run: looks(fc.oneof(decided, log)),
    holds: (run) =>
      everyTwo(run, (a, b) => {
        const [p, q] = [a.view.decided ?? {}, b.view.decided ?? {}];
        return (
          Object.keys(p).every((x) => q[x] === undefined || p[x] === q[x]) &&
          committedOf(a).every((entry, i) => (committedOf(b)[i]?.value ?? entry?.value) === entry?.value)
        );
      }),
  },
  "state-machine-safety": {
    run: looks(log),
    holds: (run) =>
      everyTwo(run, (a, b) =>
        committedOf(a).every((entry, i) => (committedOf(b)[i]?.value ?? entry?.value) === entry?.value),
      ),
  },
  "total-order": {
    run: looks(delivered),
    holds: (run) => everyTwo(run, (a, b) => messagesOf(a).every((m, i) => (messagesOf(b)[i] ?? m) === m)),
  },
  "exactly-once": { run: looks(delivered), holds: (run) => run.every(noneTwice) },
  "leader-uniqueness": {
    run: looks(log),
    holds: (run) =>
      everyTwo(run, (a, b) => a.node === b.node || a.view.leads === null || a.view.leads !== b.view.leads),
  },
  "log-matching": {
    run: looks(log),
    holds: (run) =>
      everyTwo(run, (a, b) => {
        const [p, q] = [entriesOf(a), entriesOf(b)];
        let last = -1;
        p.forEach((entry, i) => {
          if (entry?.ballot === q[i]?.ballot) last = i;
        });
        return p
          .slice(0, last + 1)
          .every((entry, i) => entry?.ballot === q[i]?.ballot && entry?.value === q[i]?.value);
      }),
  },
  "ballot-order": {
    run: looks(log),
    holds: (run) =>
      run.every((look) => {
        const entries = entriesOf(look);
        return entries.every((entry, i) => i === 0 || entries[i - 1]!.ballot <= entry!.ballot);
      }),
  },
  "quorum-replication": {
    run: looks(ordered),
    holds: (run) => run.every((_, i) => replicated(run.slice(0, i + 1))),
  },
  "agreed-acceptors": {
    run: looks(acceptors),
    holds: (run) =>
      everyTwo(run, (a, b) => {
        const [p, q] = [a.view.acceptors ?? {}, b.view.acceptors ?? {}];
        return Object.keys(p).every((x) => q[x] === undefined || p[x]!.join() === q[x].join());
      }),
  },
  "promised-quorum": {
    run: looks(promising),
    holds: (run) => run.every((_, i) => promisedByMost(run.slice(0, i + 1))),
  },
  acknowledgements: {
    run: looks(acknowledging),
    holds: (run) => run.every((_, i) => acknowledged(run.slice(0, i + 1))),
  },
};

describe("monitors say what the definitions say", () => {
  test.each(Object.entries(definitions))("%s", (property, definition) => {
    let broken = 0;
    fc.assert(
      fc.property(definition.run, (scenes) => {
        const expected = definition.holds(scenes);
        if (!expected) broken++;
        expect(watch(monitorFor(property), scenes, [...nodes]) === undefined).toBe(expected);
      }),
      { numRuns },
    );
    expect(broken).toBeGreaterThan(numRuns / 20);
    expect(broken).toBeLessThan((numRuns * 19) / 20);
  });

  test("integrity: each message at most as often as it was broadcast", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
        looks(delivered),
        (sent, run) => {
          const scenes: Scene[] = [
            ...sent.map((message) => ({ asked: { type: "broadcast", message } })),
            ...run,
          ];
          const holds = run.every((look) =>
            [1, 2, 3].every(
              (m) =>
                messagesOf(look).filter((one) => one === m).length <= sent.filter((one) => one === m).length,
            ),
          );
          expect(watch(monitorFor("integrity"), scenes) === undefined).toBe(holds);
        },
      ),
      { numRuns },
    );
  });
});

describe("long runs", () => {
  const length = 3_000;
  /** Three nodes grow one sequence, each at its pace; `wrong` spoils what a node has when it is so long. */
  function* growing(
    view: (entries: number[], i: number) => ConsensusView,
    spoil?: (entries: number[], i: number) => void,
  ): Generator<Scene> {
    const sequences = nodes.map((): number[] => []);
    for (let i = 0; i < length; i++)
      for (const [n, name] of nodes.entries()) {
        const sequence = sequences[n]!;
        if (i % (n + 1) !== 0) continue;
        while (sequence.length <= i) sequence.push(sequence.length);
        if (n === 1) spoil?.(sequence, i);
        yield { node: name, view: view(sequence, i) };
      }
    for (const [n, name] of nodes.entries()) yield { finish: name, view: view(sequences[n]!, length - 1) };
  }
  const asDelivered = (messages: number[]): ConsensusView => ({ delivered: { log: messages } });
  const asLog = (values: number[], i: number): ConsensusView => ({
    log: { first: 0, entries: values.map((one) => ({ ballot: 1, value: one })), committed: i },
  });
  const asDecided = (values: number[]): ConsensusView => ({
    decided: Object.fromEntries(values.slice(0, 400).map((one, i) => [`k${i}`, one])),
  });

  test.each([
    ["total-order", asDelivered],
    ["exactly-once", asDelivered],
  ] as const)("%s holds, and what is new is judged at once", (property, view) => {
    expect(watchInPlace(monitorFor(property), growing(view))).toBeUndefined();
    const spoiled = growing(view, (messages, i) => {
      if (i === 2_000) messages[i] = 17;
    });
    expect(watchInPlace(monitorFor(property), spoiled)?.explanation).toContain("2000");
  });

  test.each([
    ["total-order", asDelivered, 999],
    ["agreement", asDecided, 999],
  ] as const)("%s: what changed long after it was judged is found", (property, view, wrong) => {
    const spoiled = growing(view, (values, i) => {
      if (i === 2_900) values[3] = wrong;
    });
    expect(watchInPlace(monitorFor(property), spoiled)).toBeDefined();
  });

  test.each(["agreement", "log-matching", "state-machine-safety"])("%s of a long log", (property) => {
    const short = 900;
    const some = function* (spoil?: (values: number[], i: number) => void): Generator<Scene> {
      let count = 0;
      for (const scene of growing(asLog, spoil)) if (count++ < short) yield scene;
    };
    expect(watchInPlace(monitorFor(property), some())).toBeUndefined();
    const spoiled = some((values, i) => {
      if (i === 100) values[5] = 999;
    });
    expect(watchInPlace(monitorFor(property), spoiled)?.explanation).toContain("999");
  });
});
