import { describe, expect, it } from "vitest";
import { implies, nameOf, parseLevelName, type Level } from "../checkers/index.ts";

/** What each model of Elle implies directly, under the names that it prints and accepts. */
const elle: Readonly<Record<string, readonly string[]>> = {
  "PL-1": [],
  "PL-2": ["PL-1"],
  "PL-CS": ["PL-2"],
  "PL-2L": ["PL-2"],
  "PL-MSR": ["PL-2"],
  "PL-2+": ["PL-2L", "PL-CS"],
  "PL-FCV": ["PL-2+"],
  "PL-SI": ["PL-FCV", "PL-MSR", "monotonic-atomic-view", "parallel-snapshot-isolation", "prefix"],
  "PL-2.99": ["PL-CS", "monotonic-atomic-view"],
  "PL-3U": ["PL-FCV"],
  "PL-3": ["PL-2.99", "PL-3U", "PL-SI", "view-serializable"],
  "PL-SS": ["PL-3", "PL-SI", "session-serializable", "strong-session-serializable", "strong-snapshot-isolation"],
  "monotonic-atomic-view": ["PL-2"],
  "read-atomic": ["monotonic-atomic-view"],
  "update-atomic": ["read-atomic"],
  "causal-cerone": ["read-atomic"],
  prefix: ["causal-cerone"],
  "parallel-snapshot-isolation": ["causal-cerone", "update-atomic"],
  "view-serializable": [],
  "1SR": [],
  "session-serializable": ["1SR"],
  "strong-PL-1": ["strong-session-PL-1"],
  "strong-PL-2": ["strong-PL-1", "strong-session-PL-2"],
  "strong-session-PL-1": ["PL-1"],
  "strong-session-PL-2": ["PL-2", "strong-session-PL-1"],
  "strong-session-snapshot-isolation": ["PL-SI", "strong-session-PL-2"],
  "strong-snapshot-isolation": ["strong-PL-2", "strong-session-snapshot-isolation"],
  "strong-session-serializable": ["PL-3", "strong-session-snapshot-isolation"],
}; // prettier-ignore

const others = [
  "strict-serializable",
  "strong-serializable",
  "conflict-serializable",
  "strong-read-committed",
];

function level(name: string): Level {
  const asked = parseLevelName(name);
  if (!("level" in asked)) throw new Error(`${name} is no level`);
  return asked.level;
}

/** What Elle says follows from a model, the model apart. */
function implied(model: string): Set<string> {
  const found = new Set(elle[model]);
  for (const next of found) for (const further of elle[next] ?? []) found.add(further);
  return found;
}

/** Pairs of levels, by our names, of which one side alone says that the first implies the second. */
function differences(): { readonly elleOnly: string[]; readonly oursOnly: string[] } {
  const elleOnly = new Set<string>();
  const oursOnly = new Set<string>();
  for (const a of Object.keys(elle)) {
    for (const b of Object.keys(elle)) {
      const [from, to] = [level(a), level(b)];
      const [ours, theirs] = [implies(from, to), a === b || implied(a).has(b)];
      if (ours !== theirs) (ours ? oursOnly : elleOnly).add(`${nameOf(from)} → ${nameOf(to)}`);
    }
  }
  return { elleOnly: [...elleOnly].toSorted(), oursOnly: [...oursOnly].toSorted() };
}

describe("Elle's models", () => {
  it("are all accepted", () => {
    for (const name of [...Object.keys(elle), ...others]) expect(() => level(name)).not.toThrow();
    for (const name of [
      "linearizable",
      "sequential",
      "causal",
      "PRAM",
      "writes-follow-reads",
      "monotonic-reads",
      "monotonic-writes",
      "read-your-writes",
    ])
      // prettier-ignore
      expect(parseLevelName(name)).toHaveProperty("model");
  });

  it("imply one another as here, but for what docs/isolation.md tells the reasons of", () => {
    const { elleOnly, oursOnly } = differences();
    expect(elleOnly).toEqual([
      "repeatable-read → cursor-stability",
      "repeatable-read → monotonic-atomic-view",
    ]);
    // Clients see no starts, so PL-2L is PL-MSR and PL-2+ is PL-FCV; what PL-2L saw some of it goes on seeing all of.
    const monotonic = ["monotonic-atomic-view", "monotonic-snapshot-read"];
    const expected = [
      ...["consistent-view", "monotonic-view", "forward-consistent-view", "update-serializable"].flatMap((from) =>
        monotonic.map((to) => `${from} → ${to}`),
      ),
      "monotonic-snapshot-read → monotonic-view",
      "monotonic-snapshot-read → monotonic-atomic-view",
      "consistent-view → forward-consistent-view",
      // One anti-dependency is never on a cycle of parallel snapshot isolation.
      ...["consistent-view", "cursor-stability", "monotonic-view", "forward-consistent-view", "monotonic-snapshot-read"].map((to) => `parallel-snapshot-isolation → ${to}`),
      "update-atomic → cursor-stability",
      // What rules nothing out in Elle.
      "serializable → view-serializable",
      "view-serializable → view-serializable",
      "strong-session-view-serializable → view-serializable",
      "strong-session-serializable → strong-session-view-serializable",
      "strong-session-serializable → view-serializable",
    ]; // prettier-ignore
    expect(oursOnly).toEqual(expected.toSorted());
  });
});
