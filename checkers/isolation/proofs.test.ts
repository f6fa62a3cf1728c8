import { describe, expect, it } from "vitest";

import { isJsonObject, type Json } from "../../histories/json.ts";
import type { Verdict } from "../verdict.ts";
import type { Edge, IsolationEngine, LevelDecision } from "./decision.ts";
import { askedFor, judgeReading } from "./isolation.ts";
import { readingOf } from "./reading/reading-of.ts";
import { transactionHistory } from "./testing/notation.ts";
import { transactionsOf } from "./transactions/transactions-of.ts";

/** The verdict on a history with an engine that says the same of every level. */
function judgedBy(decision: LevelDecision, level: string, text: string): Verdict {
  const reading = readingOf(transactionsOf(transactionHistory(text)));
  const engine: IsolationEngine = { name: "wrong", decide: () => decision };
  return judgeReading(reading, askedFor(level), { engines: [engine] });
}

function evidence({ anomalies }: Verdict): Record<string, Json> {
  const plain: unknown = JSON.parse(JSON.stringify(anomalies[0]?.evidence ?? {}));
  return isJsonObject(plain) ? plain : {};
}

const serial = "0: wx1\n1: rx1 wx2\n0: rx2";

describe("a violation whose proof separate code refutes", () => {
  it.each([
    ["a cycle", { valid: false, cycle: [edge(1, 2, "wr"), edge(2, 1, "rw")] }],
    ["a cycle of orders that nobody can infer", { valid: false, cycle: [inferred(1, 3), inferred(3, 1)] }],
    ["transactions that have an order", { valid: false, core: [1, 2, 3] }],
  ] as const)("is none, with a request to report it: %s", (_, decision) => {
    const verdict = judgedBy(decision, "serializable", serial);
    expect(verdict).toMatchObject({ valid: "unknown", anomalies: [] });
    expect(verdict.reason).toContain("please report this");
  });

  it("leaves a level broken that implies another which is", () => {
    const verdict = judgedBy({ valid: false, core: [1, 2] }, "serializable", "0: wx1\n1: rx9");
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalies.map(({ type }) => type)).toEqual(["never-written"]);
  });

  it("breaks a condition of single operations no more than a level", () => {
    const verdict = judgedBy({ valid: false, core: [1, 2] }, "linearizable", "0: wx1\n1: rx1");
    expect(verdict).toMatchObject({ valid: "unknown", anomalies: [] });
  });
});

describe("a violation whose proof separate code cannot follow", () => {
  it("stands all the same, and says why it is not verified", () => {
    const text = Array.from({ length: 130 }, (_, i) => `${i}: wx${i + 1}`).join("\n");
    const core = Array.from({ length: 130 }, (_, i) => i + 1);
    const verdict = judgedBy({ valid: false, core }, "serializable", text);
    expect(verdict.valid).toBe(false);
    expect(evidence(verdict)).not.toHaveProperty("verified");
    expect(evidence(verdict)["unverified"]).toContain("too many");
  });

  it("is verified by every order of its writes where its reasons do not suffice", () => {
    const verdict = judgedBy(
      { valid: false, cycle: [inferred(1, 2), edge(2, 1, "rw")] },
      "serializable",
      "0 begins: rx wy1\n1 begins: ry wx1\n0 ends: rx_ wy1\n1 ends: ry_ wx1",
    );
    expect(verdict.valid).toBe(false);
    expect(evidence(verdict)).toMatchObject({ verified: true, verifiedBy: "orders" });
  });
});

function edge(from: number, to: number, kind: "wr" | "rw" | "ww"): Edge {
  return { from, to, kind, key: 0 };
}

/** An order of writes for which the reason given does not do. */
function inferred(from: number, to: number): Edge {
  return { ...edge(from, to, "ww"), because: [edge(0, from, "ww")] };
}
