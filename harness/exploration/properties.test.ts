import { describe, expect, test } from "vitest";

import { chosenConfigurations, findSubject } from "./subjects.ts";

interface Kill {
  readonly protocol: string;
  readonly mutant: string;
  readonly property: string;
  readonly steps: number;
  /** Distinct states that are seen until then. */
  readonly states: number;
  /** If it is another one than that in which the mutant is broken soonest. */
  readonly configuration?: string;
}

/**
 * Mutants with the property that the literature has them break, judged by that alone: what stands nearer is broken earlier.
 * Configurations of many states are explored only if `RASHOMON_EXPLORE_ALL` is set.
 */
const kills: readonly Kill[] = [
  { protocol: "paxos", mutant: "forgetful-acceptor", property: "agreement", steps: 12, states: 45_919 },
  { protocol: "paxos", mutant: "forgets-vote", property: "agreement", steps: 12, states: 41_855 },
  { protocol: "paxos", mutant: "amnesia", property: "agreement", steps: 12, states: 46_382 },
  { protocol: "paxos", mutant: "own-value", property: "agreement", steps: 10, states: 4_350 },
  { protocol: "paxos", mutant: "votes-below-promise", property: "agreement", steps: 10, states: 4_907 },
  { protocol: "paxos", mutant: "lowest-ballot", property: "agreement", steps: 14, states: 264_120 },
  {
    protocol: "paxos",
    mutant: "vote-is-no-promise",
    property: "agreement",
    steps: 14,
    states: 286_195,
    configuration: "three-ballots",
  },
  { protocol: "paxos", mutant: "half-quorum", property: "agreement", steps: 2, states: 4 },
  {
    protocol: "vertical-paxos-1",
    mutant: "reads-own-only",
    property: "agreement",
    steps: 22,
    states: 135_809,
  },
  { protocol: "vertical-paxos-1", mutant: "no-promise", property: "agreement", steps: 20, states: 16_401 },
  {
    protocol: "vertical-paxos-1",
    mutant: "reads-previous-only",
    property: "agreement",
    steps: 33,
    states: 78_063,
  },
  { protocol: "fast-paxos", mutant: "picks-own", property: "agreement", steps: 12, states: 39_406 },
  { protocol: "epaxos", mutant: "single-ballot", property: "agreement", steps: 20, states: 50_355 },
  { protocol: "raft", mutant: "forgets-vote", property: "leader-uniqueness", steps: 8, states: 3_136 },
  { protocol: "raft", mutant: "votes-for-anyone", property: "state-machine-safety", steps: 9, states: 2_340 },
  { protocol: "raft", mutant: "forgets-log", property: "leader-completeness", steps: 10, states: 12_648 },
  {
    protocol: "raft",
    mutant: "longer-log-wins",
    property: "leader-completeness",
    steps: 12,
    states: 133_752,
  },
  {
    protocol: "raft",
    mutant: "counts-old-terms",
    property: "leader-completeness",
    steps: 33,
    states: 212_590,
  },
];

const most = process.env["RASHOMON_EXPLORE_ALL"] === undefined ? 20_000 : Infinity;

describe("by one property alone", () => {
  test.each(kills.filter(({ states }) => states <= most))(
    "$protocol with $mutant breaks $property in $steps steps",
    ({ protocol, mutant, property, steps, states, configuration }) => {
      const properties = [property];
      const [explorable] = chosenConfigurations(findSubject(protocol), mutant, configuration, properties);
      const { counterexample, distinct } = explorable!.explore({ properties });
      expect(counterexample?.violation.property).toBe(property);
      expect({ steps: counterexample?.steps.length, distinct }).toEqual({ steps, distinct: states });
      // The steps go on behind what else is broken on the way, when they are taken again as well.
      expect(explorable!.replay(counterexample!.script, {})?.violation).toEqual(counterexample?.violation);
    },
  );

  test("a mutant that breaks another one holds it", () => {
    const [explorable] = chosenConfigurations(findSubject("paxos"), "vote-is-no-promise");
    expect(explorable!.explore({}).valid).toBe(false);
    expect(explorable!.explore({ properties: ["agreement"] }).valid).toBe(true);
  });

  test("what clients see is judged where it is looked at", () => {
    const named = chosenConfigurations(findSubject("zab"), undefined, undefined, ["linearizable"]);
    expect(named.length).toBeGreaterThan(0);
    const all = chosenConfigurations(findSubject("zab"));
    expect(all.length).toBeGreaterThan(named.length);
    const blind = all.find((each) => !named.includes(each) && !each.properties.includes("linearizable"))!;
    expect(() => chosenConfigurations(findSubject("zab"), undefined, blind.name, ["linearizable"])).toThrow(
      /does not look at linearizable, but at total-order, /,
    );
  });

  test("what must be refuted must be where it is judged, and nowhere else", () => {
    const [explorable] = chosenConfigurations(findSubject("registers"), undefined, "two");
    expect(explorable!.explore({ properties: ["agreement"] })).toMatchObject({
      valid: true,
      refuted: { property: "agreement", steps: 3 },
    });
    const { valid, whole, refuted } = explorable!.explore({ properties: ["validity"] });
    expect({ valid, whole, refuted }).toEqual({ valid: true, whole: true, refuted: undefined });
  });

  test("on shared memory processes may wait where only agreement is judged", () => {
    const [explorable] = chosenConfigurations(findSubject("ticket-lock-consensus"), undefined, "waiting");
    expect(explorable!.explore({}).refuted?.property).toBe("wait-freedom");
    expect(explorable!.explore({ properties: ["agreement"] })).toMatchObject({ valid: true, whole: true });
  });

  test("a name that nobody knows is refused with those that there are", () => {
    expect(() => chosenConfigurations(findSubject("paxos"), undefined, undefined, ["agrement"])).toThrow(
      /Unknown property of paxos "agrement"\. Did you mean agreement\?\nKnown: agreement, validity, /,
    );
  });
});

describe("messages lost and doubled", () => {
  test("come in place of the configuration's", () => {
    const [explorable] = chosenConfigurations(findSubject("paxos"), undefined, "one-proposer");
    const none = explorable!.explore({ depth: 6 }).distinct;
    expect(explorable!.explore({ depth: 6, losses: 1 }).distinct).toBeGreaterThan(none);
    expect(explorable!.explore({ depth: 6, duplicates: 1 }).distinct).toBeGreaterThan(none);
  });

  test("are refused where links keep the order", () => {
    const [explorable] = chosenConfigurations(findSubject("zab"));
    expect(() => explorable!.explore({ losses: 1 })).toThrow(/on links that keep the order nothing is lost/);
  });
});
