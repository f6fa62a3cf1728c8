import { Chalk } from "chalk";
import { describe, expect, it } from "vitest";
import { checkIsolation } from "../checkers/isolation/isolation.ts";
import { transactionHistory } from "../checkers/isolation/testing/notation.ts";
import { dotOf } from "./cycle-dot.ts";
import { proofSentence, readIsolationAnomaly, readIsolationLevels } from "./isolation-evidence.ts";
import { isolationLines } from "./isolation-text.ts";
import { jsonResult } from "./json-line.ts";
import { renderVerdict } from "./terminal.ts";
import { layOutCycle } from "./ui/isolation/layout.ts";

const skew = transactionHistory(`
  0 begins: rx wy1
  1 begins: ry wx1
  0 ends: rx_ wy1 | ok
  1 ends: ry_ wx1 | ok
`);
const verdict = checkIsolation(skew);

describe("a verdict on isolation in a terminal", () => {
  it("says that a level held only where something could have broken it", () => {
    const history = transactionHistory("0: wx1 | ok");
    const verdicts = [checkIsolation(history)];
    const text = renderVerdict({ history, verdicts, valid: "unknown" }, { color: false, width: 100 });
    expect(text).toContain("no evidence: nothing was read");
    expect(text).not.toContain("strongest held");
  });

  it("tells the strongest levels held, the weakest broken, and each edge with its reason", () => {
    const text = renderVerdict(
      { history: skew, verdicts: [verdict], valid: false },
      { color: false, width: 100 },
    );
    expect(text).toMatchInlineSnapshot(`
      "INVALID  isolation
        strongest held: strong-snapshot-isolation
        weakest broken: update-serializable, repeatable-read, view-serializable

        G2-item, write-skew
        T1 and T2 each read what the other then changed: run one after the other, in either order, one of
        them would have read something else (write skew).
        Breaks update-serializable, repeatable-read, view-serializable.
          T1 ─rw→ T2  T1 read x = null, its initial value, which T2 replaced by 1
          T2 ─rw→ T1  T2 read y = null, its initial value, which T1 replaced by 1

          T1 = operation 0, process 0: r "x" null, w "y" 1
          T2 = operation 1, process 1: r "y" null, w "x" 1

        decided by: known-order

        2 operations in 3 ns, 100 % ok"
    `);
  });

  it("names what was asked for", () => {
    const one = checkIsolation(skew, { level: "PL-SI" });
    const text = renderVerdict({ history: skew, verdicts: [one], valid: true }, { color: false });
    expect(text.split("\n").slice(0, 2)).toEqual([
      "VALID  isolation  PL-SI",
      "  strongest held of these: snapshot-isolation",
    ]);
  });
});

describe("a verdict on isolation for programs", () => {
  it("has levels, strongest and cycles where they are looked for", () => {
    const result = jsonResult({
      valid: false,
      history: "skew",
      operations: 2,
      seconds: 0,
      verdicts: [verdict],
    });
    expect(result["checks"]).toMatchObject([
      {
        checker: "isolation",
        levels: { "snapshot-isolation": true, serializable: false },
        strongest: ["strong-snapshot-isolation"],
        anomalies: [
          {
            type: "G2-item",
            cycle: [
              { from: 0, to: 1, kind: "rw", key: "x" },
              { from: 1, to: 0 },
            ],
          },
        ],
      },
    ]);
  });
});

describe("a cycle for Graphviz", () => {
  it("has transactions as nodes and what came before what as edges", () => {
    const anomaly = readIsolationAnomaly(JSON.parse(JSON.stringify(verdict.anomalies[0]?.evidence)));
    const dot = anomaly === undefined ? "" : dotOf(anomaly, 'a "title"');
    expect(dot).toContain(String.raw`digraph "a \"title\"" {`);
    expect(dot).toContain(String.raw`"T1" [label="T1  process 0, operation 0\lr \"x\" null\lw \"y\" 1\l"];`);
    expect(dot).toContain(String.raw`"T1" -> "T2" [label="rw \"x\"", color="#5b2db0"`);
  });
});

describe("what came of a proof when it was derived anew", () => {
  const sentence = (proof: object): string => {
    const found = readIsolationAnomaly({ kind: "dependency-cycle", ...proof });
    return found === undefined ? "" : proofSentence(found);
  };

  it("is told in a sentence", () => {
    expect(sentence({ verified: true })).toBe("Proof derived anew by separate code.");
    expect(sentence({ verified: true, verifiedBy: "orders", unverified: "an edge is missing" })).toBe(
      "Proof derived anew by separate code from every order of these writes, not edge by edge: an edge is missing.",
    );
    expect(sentence({ unverified: "there are too many orders" })).toBe(
      "Proof not derived anew by separate code: there are too many orders.",
    );
    expect(sentence({ verified: false })).toBe("Proof not derived anew by separate code: it gave up.");
    expect(sentence({})).toBe("");
  });

  it("stands with an anomaly unless every edge was derived", () => {
    const lines = (proof: object): string =>
      isolationLines(
        {
          type: "no-order",
          operations: [],
          explanation: "it breaks",
          evidence: { kind: "no-order", ...proof },
        },
        new Chalk({ level: 0 }),
        (text) => [text],
      )?.join("\n") ?? "";
    expect(lines({ verified: true })).not.toContain("Proof");
    expect(lines({ unverified: "there are too many orders" })).toContain(
      "Proof not derived anew by separate code: there are too many orders.",
    );
  });
});

describe("evidence that is not of its shape", () => {
  it("is read as far as it goes", () => {
    expect(readIsolationAnomaly(null)).toBeUndefined();
    expect(readIsolationAnomaly({ kind: "other" })).toBeUndefined();
    expect(
      readIsolationAnomaly({ kind: "dependency-cycle", cycle: [3, { kind: 7 }], transactions: "no" }),
    ).toMatchObject({
      cycle: [{ from: -1, to: -1, kind: "", reasons: [] }],
      transactions: [],
    });
    expect(readIsolationLevels({ levels: { a: true, b: "maybe" } })?.levels).toEqual([["a", true]]);
  });
});

describe("the picture of a cycle", () => {
  const cycle = (size: number) => ({
    kind: "dependency-cycle" as const,
    heading: undefined,
    levels: [],
    alsoKnownAs: [],
    shrunk: [],
    verified: true,
    byOrders: false,
    unverified: "",
    formalism: undefined,
    transactions: Array.from({ length: size }, (_, i) => ({
      name: `T${i + 1}`,
      operation: i,
      process: i,
      operations: Array.from({ length: 1 + ((i * 5) % 11) }, (__, o) => ({
        f: "r",
        key: o,
        value: null,
        relevant: o === 9,
      })),
    })),
    cycle: Array.from({ length: size }, (_, i) => ({
      from: i,
      to: (i + 1) % size,
      kind: "wr",
      key: 1,
      because: "",
      reasons: [],
    })),
  });

  it.each([2, 3, 4, 5, 6, 7, 12])("of %i transactions has all of them apart and inside", (size) => {
    const { cards, edges, width, height } = layOutCycle(cycle(size));
    expect(cards).toHaveLength(size);
    expect(edges).toHaveLength(size);
    for (const [i, a] of cards.entries()) {
      expect(a.left >= 0 && a.top >= 0 && a.left + 232 <= width && a.top + a.height <= height).toBe(true);
      for (const b of cards.slice(i + 1))
        expect(
          a.left + 232 <= b.left ||
            b.left + 232 <= a.left ||
            a.top + a.height <= b.top ||
            b.top + b.height <= a.top,
        ).toBe(true);
    }
  });

  it("keeps the operations that matter of a long transaction", () => {
    const card = layOutCycle(cycle(3)).cards[2];
    expect(card?.lines).toHaveLength(7);
    expect(card?.lines.some(({ relevant }) => relevant)).toBe(true);
    expect(card?.lines.at(-1)?.text).toBe("… 5 more operations");
  });
});
