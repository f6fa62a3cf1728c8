import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { seededRandom } from "../../workloads/random.ts";
import {
  bridge,
  components,
  grudgeFor,
  isolate,
  majoritiesRing,
  partitionShapes,
  type Grudge,
} from "./grudge.ts";
import { chooseTargets, targetSpecifications } from "./targets.ts";

const nodes = ["n1", "n2", "n3", "n4", "n5"];

/** Whom each node still hears, itself included. */
function hears(grudge: Grudge, all: readonly string[] = nodes): Record<string, string> {
  const silent = new Set(grudge.map(({ from, to }) => `${from}>${to}`));
  return Object.fromEntries(
    all.map((to) => [to, all.filter((from) => !silent.has(`${from}>${to}`)).join(" ")] as const),
  );
}

describe("grudges", () => {
  it("isolate one node from all others, in both directions", () => {
    expect(hears(isolate("n2", nodes))).toEqual({
      n1: "n1 n3 n4 n5",
      n2: "n2",
      n3: "n1 n3 n4 n5",
      n4: "n1 n3 n4 n5",
      n5: "n1 n3 n4 n5",
    });
  });

  it("cut components from each other", () => {
    const cut = hears(components([["n1", "n2"], ["n3"], ["n4", "n5"]]));
    expect(cut).toEqual({ n1: "n1 n2", n2: "n1 n2", n3: "n3", n4: "n4 n5", n5: "n4 n5" });
  });

  it("leave a bridge node that sees everybody", () => {
    const cut = hears(bridge(nodes));
    expect(cut).toEqual({
      n1: "n1 n2 n3",
      n2: "n1 n2 n3",
      n3: "n1 n2 n3 n4 n5",
      n4: "n3 n4 n5",
      n5: "n3 n4 n5",
    });
  });

  it("let every node of a ring see a majority of its own", () => {
    const seen = Object.values(hears(majoritiesRing(nodes)));
    expect(seen.every((names) => names.split(" ").length === 3)).toBe(true);
    expect(new Set(seen).size).toBe(5);
  });

  it("never silence a node to itself, nor name one that is not there, in any shape", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(...partitionShapes),
        fc.nat(),
        (count, shape, seed) => {
          const some = Array.from({ length: count }, (_, i) => `n${i + 1}`);
          const grudge = grudgeFor(shape, some, seededRandom(String(seed)));
          for (const { from, to } of grudge) {
            expect(from).not.toBe(to);
            expect(some).toContain(from);
            expect(some).toContain(to);
          }
          const links = grudge.map(({ from, to }) => `${from}>${to}`);
          expect(new Set(links).size).toBe(links.length);
        },
      ),
    );
  });

  it("let a majority of nodes go on among themselves, where the shape promises one", () => {
    fc.assert(
      fc.property(fc.constantFrom("isolate-one", "halves", "majority-minority"), fc.nat(), (shape, seed) => {
        const groups = new Set(Object.values(hears(grudgeFor(shape, nodes, seededRandom(String(seed))))));
        expect([...groups].some((group) => group.split(" ").length >= 3)).toBe(true);
      }),
    );
  });

  it("cut one way only: whom a node does not hear may hear it", () => {
    const grudge = grudgeFor("one-way", nodes, seededRandom("1"));
    const links = new Set(grudge.map(({ from, to }) => `${from}>${to}`));
    expect(grudge.length).toBeGreaterThan(0);
    for (const { from, to } of grudge) expect(links.has(`${to}>${from}`)).toBe(false);
  });

  it("follow from the seed alone", () => {
    const draw = (seed: string): string =>
      JSON.stringify(partitionShapes.map((shape) => grudgeFor(shape, nodes, seededRandom(seed))));
    expect(draw("7")).toBe(draw("7"));
    expect(draw("7")).not.toBe(draw("8"));
  });
});

describe("targets", () => {
  it("are as many as asked for", () => {
    const counts = targetSpecifications.map(
      (specification) => chooseTargets(specification, nodes, seededRandom("1")).length,
    );
    expect(counts).toEqual([1, 2, 3, 5]);
  });

  it("leave no node out for ever", () => {
    const random = seededRandom("1");
    const hit = new Set(Array.from({ length: 100 }, () => chooseTargets("one", nodes, random)).flat());
    expect([...hit].toSorted()).toEqual(nodes);
  });
});
