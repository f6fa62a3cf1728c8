import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readConsensusLogFrom } from "../../histories/codecs/consensus-log.ts";
import type { Verdict } from "../verdict.ts";
import { checkConsensusLog } from "./consensus-log.ts";

/** Lines "<node> <slot> <ballot> <digest> [committed]" and "<node> leads <ballot>". */
function judge(text: string): Verdict {
  const lines = text.split("\n").map((line) => {
    const [node, slot, ballot, digest, committed] = line.trim().split(" ");
    return JSON.stringify(
      slot === "leads"
        ? { node, leads: ballot === "null" ? null : Number(ballot) }
        : { node, slot: Number(slot), ballot: Number(ballot), digest, committed: committed === "committed" },
    );
  });
  return checkConsensusLog(readConsensusLogFrom(lines.join("\n")));
}

const types = (text: string): [unknown, ...string[]] => {
  const { valid, anomalies } = judge(text);
  return [valid, ...anomalies.map(({ type }) => type)];
};

describe("a log of consensus", () => {
  test("that agrees, whose certificate has what is committed", () => {
    const verdict = judge(`a leads 1
      a 0 1 x committed
      b 0 1 x
      b 0 1 x committed
      b leads 2
      b 1 1 old
      b 1 2 y committed
      a 1 2 y committed`);
    expect(verdict.valid).toBe(true);
    expect(verdict.verified).toBe(true);
    expect(verdict.certificate).toEqual({
      kind: "committed-slots",
      slots: [
        [0, "x"],
        [1, "y"],
      ],
    });
  });
  test("the same value may be committed in several ballots", () => {
    expect(types("a 0 1 x committed\nb 0 2 x committed")).toEqual([true]);
  });
  test("committed differently, by two nodes or by one", () => {
    expect(types("a 0 1 x committed\nb 0 2 y committed")).toEqual([false, "agreement"]);
    expect(types("a 0 1 x committed\na 0 2 y committed")).toEqual([false, "agreement"]);
    expect(types("a 0 1 x committed\nb 0 2 y\nb 0 1 x committed")).toEqual([true]);
  });
  test("two values in one ballot", () => {
    expect(types("a 0 1 x\nb 0 1 y\na 1 1 z committed\nb 1 1 z committed")).toEqual([
      false,
      "two-values-in-a-ballot",
    ]);
  });
  test("two leaders of one ballot", () => {
    expect(types("a leads 1\na leads null\nb leads 2\nb leads 1")).toEqual([false, "leader-uniqueness"]);
  });
  test("a later leader puts something else in place of what an earlier one committed", () => {
    const first = "a leads 1\na 0 1 x committed\nb leads 2\n";
    expect(types(`${first}b 0 2 y`)).toEqual([false, "leader-completeness"]);
    expect(types(`b leads 2\nb 0 2 y\na leads 1\na 0 1 x committed`)).toEqual([false, "leader-completeness"]);
    // It kept what it had of old, or is no later leader.
    expect(types(`${first}b 0 1 x\nb 0 1 x committed`)).toEqual([true]);
    expect(types("a leads 3\na 0 1 x committed\nb leads 2\nb 0 2 y\nb 0 1 x committed")).toEqual([true]);
  });
  test("a leader that was replaced may learn what a later one committed over another's proposal", () => {
    expect(types("a leads 1\nc leads 2\nc 0 2 y\nb leads 3\nb 0 3 x committed\na 0 3 x committed")).toEqual([
      true,
    ]);
  });
  test("in which nothing can be compared is no evidence", () => {
    expect(judge("a 0 1 x").reason).toBe("no evidence: nothing is committed");
    expect(judge("a 0 1 x committed\nb 1 1 y committed").reason).toContain(
      "no evidence: no slot is committed by two nodes",
    );
  });
});

test("agreement, by the definition", () => {
  const entry = fc.tuple(
    fc.constantFrom("a", "b"),
    fc.nat(1),
    fc.nat(2),
    fc.constantFrom("x", "y"),
    fc.constantFrom("", " committed"),
  );
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 6 }), (entries) => {
      const { anomalies } = judge(
        entries
          .map(([node, slot, ballot, digest, c]) => `${node} ${slot} ${ballot} ${digest}${c}`)
          .join("\n"),
      );
      const clash = (agree: (a: (typeof entries)[number], b: (typeof entries)[number]) => boolean): boolean =>
        entries.some((a) => entries.some((b) => a[1] === b[1] && a[3] !== b[3] && agree(a, b)));
      const found = new Set(anomalies.map(({ type }) => type));
      expect(found.has("agreement")).toBe(clash((a, b) => a[4] !== "" && b[4] !== ""));
      expect(found.has("two-values-in-a-ballot")).toBe(clash((a, b) => a[2] === b[2]));
    }),
    { numRuns: Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 1000) },
  );
});
