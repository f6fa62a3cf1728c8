import { describe, expect, test } from "vitest";
import { history } from "../../histories/testing/notation.ts";
import { agreementOfHistories } from "./decisions.ts";
import { totalOrderOfHistories } from "./deliveries.ts";

const anomalies = (checker: typeof agreementOfHistories, text: string): [unknown, ...string[]] => {
  const verdict = checker.check(history(text));
  return [verdict.valid, ...verdict.anomalies.map(({ type }) => type)];
};

describe("agreement of proposals", () => {
  const judge = (text: string): [unknown, ...string[]] => anomalies(agreementOfHistories, text);
  const two = "0 invoke propose 1 key=7\n1 invoke propose 2 key=7\n";

  test("all learn the same, whose certificate names the proposal", () => {
    const verdict = agreementOfHistories.check(history(`${two}0 ok propose 2 key=7\n1 ok propose 2 key=7`));
    expect(verdict.valid).toBe(true);
    expect(verdict.certificate).toEqual({
      kind: "decisions",
      decisions: [{ key: 7, value: 2, proposal: 1 }],
    });
  });
  test("two learn different values", () => {
    const verdict = agreementOfHistories.check(history(`${two}0 ok propose 1 key=7\n1 ok propose 2 key=7`));
    expect(verdict.anomalies).toMatchObject([
      {
        type: "disagreement",
        operations: [0, 1],
        explanation:
          "Operation 0 (process 0) learnt that 1 was decided for key 7, and operation 1 (process 1) that 2 was.",
      },
    ]);
  });
  test("keys are instances of their own", () => {
    const other = "2 invoke propose 3 key=8\n2 ok propose 3 key=8";
    expect(judge(`${two}0 ok propose 1 key=7\n1 ok propose 1 key=7\n${other}`)).toEqual([true]);
  });
  test("a value that nobody proposed, for this key", () => {
    expect(judge(`${two}0 ok propose 3 key=7`)).toEqual([false, "never-proposed"]);
    const elsewhere = "2 invoke propose 3 key=8\n2 ok propose 3 key=8\n";
    expect(judge(`${elsewhere}${two}0 ok propose 3 key=7`)).toEqual([false, "never-proposed"]);
  });
  test("a value whose proposal failed, or is of unknown outcome, or came later", () => {
    expect(judge(`${two}1 fail propose 2 key=7\n0 ok propose 2 key=7`)).toEqual([false, "failed-proposal"]);
    const unknown = `${two}1 info propose 2 key=7\n0 ok propose 2 key=7\n2 invoke propose 5 key=7\n2 ok propose 2 key=7`;
    expect(judge(unknown)).toEqual([true]);
    const late =
      "0 invoke propose 1 key=7\n0 ok propose 2 key=7\n1 invoke propose 2 key=7\n1 ok propose 2 key=7";
    expect(judge(late)).toEqual([false, "proposed-too-late"]);
  });
  test("what came back is not what was proposed, where nothing is said of that", () => {
    expect(judge("0 invoke propose null key=7\n0 ok propose 9 key=7")).toEqual([false, "never-proposed"]);
  });
  test("a value that failed once and was proposed again", () => {
    const again = "0 invoke propose 1 key=7\n0 fail propose 1 key=7\n0 invoke propose 1 key=7\n";
    expect(judge(`${again}0 ok propose 1 key=7\n1 invoke propose 2 key=7\n1 ok propose 1 key=7`)).toEqual([
      true,
    ]);
  });
  test("without two answers for a key there is no evidence", () => {
    expect(agreementOfHistories.check(history(`${two}0 ok propose 1 key=7`)).reason).toBe(
      "no evidence: no two proposals for one key were answered",
    );
    expect(agreementOfHistories.check(history("0 invoke read\n0 ok read 1"))).toMatchObject({
      valid: "unknown",
      notes: ["Operations of other functions are not judged: read."],
    });
  });
});

describe("total order of broadcasts", () => {
  const judge = (text: string): [unknown, ...string[]] => anomalies(totalOrderOfHistories, text);
  /** Messages 1, 2, …, each broadcast and acknowledged by a process of its own, all at the same time. */
  const sent = (count: number): string =>
    ["invoke", "ok"]
      .flatMap((type) => Array.from({ length: count }, (_, i) => `${i} ${type} broadcast ${i + 1}\n`))
      .join("");
  const read = (process: number, list: string): string =>
    `${process} invoke read\n${process} ok read ${list}\n`;

  test("prefixes of one sequence, whose certificate gives it", () => {
    const verdict = totalOrderOfHistories.check(
      history(sent(3) + read(4, "[2,1]") + read(5, "[2,1,3]") + read(6, "null")),
    );
    expect(verdict.valid).toBe(true);
    expect(verdict.certificate).toEqual({ kind: "delivery-order", order: [1, 0, 2] });
  });
  test("two orders", () => {
    const verdict = totalOrderOfHistories.check(history(sent(3) + read(4, "[2,1]") + read(5, "[2,3,1]")));
    expect(verdict.anomalies).toMatchObject([
      {
        type: "order-mismatch",
        explanation:
          "Operation 6 (process 4) read 1 in place 1 of what was delivered, and operation 8 (process 5) read 3 there.",
      },
    ]);
  });
  test.each([
    ["never-broadcast", sent(1) + read(4, "[1,9]")],
    ["duplicate-delivery", sent(2) + read(4, "[1,2,1]")],
    ["failed-broadcast", `${sent(1)}4 invoke broadcast 5\n4 fail broadcast 5\n${read(5, "[1,5]")}`],
    ["delivered-too-early", `${sent(1)}${read(5, "[1,5]")}4 invoke broadcast 5\n4 ok broadcast 5\n`],
    ["lost-message", `${sent(1)}4 invoke broadcast 5\n4 ok broadcast 5\n${read(5, "[5]")}`],
    ["delivered-out-of-order", `${sent(1)}4 invoke broadcast 5\n4 ok broadcast 5\n${read(5, "[5,1]")}`],
  ])("%s", (type, text) => {
    expect(judge(text + read(7, "[]"))).toEqual([false, type]);
  });
  test("what is not acknowledged may be there or not, and nodes may lag behind", () => {
    const unknown = `${sent(1)}4 invoke broadcast 5\n4 info broadcast 5\n6 invoke broadcast 6\n6 ok broadcast 6\n`;
    expect(judge(unknown + read(7, "[1,6]") + read(8, "[]"))).toEqual([true]);
    expect(judge(unknown + read(7, "[1,5,6]") + read(8, "[1]"))).toEqual([true]);
    expect(judge(unknown + read(7, "[1,6,5]") + read(8, "[1]"))).toEqual([true]);
  });
  test("without reads to compare there is no evidence", () => {
    expect(judge(sent(2))).toEqual(["unknown"]);
    expect(judge(sent(2) + read(4, "[1,2]"))).toEqual(["unknown"]);
    expect(judge(sent(2) + read(4, "[]") + read(4, "[]"))).toEqual(["unknown"]);
  });
  test("a set has no order, so it is no answer to a read", () => {
    expect(() => judge(sent(1) + read(4, '{"#set":[1]}'))).toThrow("[message, …]");
  });
  test("a message broadcast twice may be delivered twice, but then not all is known", () => {
    const twice = "0 invoke broadcast 1\n0 ok broadcast 1\n0 invoke broadcast 1\n0 ok broadcast 1\n";
    expect(judge(twice + read(4, "[1,1]") + read(4, "[1]"))).toEqual(["unknown"]);
    expect(judge(twice + read(4, "[1,1,1]") + read(4, "[1]"))).toEqual([false, "duplicate-delivery"]);
  });
});
