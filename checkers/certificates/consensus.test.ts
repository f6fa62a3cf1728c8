import { describe, expect, test } from "vitest";
import { readConsensusLogFrom } from "../../histories/codecs/consensus-log.ts";
import { readTraceFrom } from "../../histories/codecs/trace/read-trace.ts";
import { history } from "../../histories/testing/notation.ts";
import { verifyArbitration } from "./arbitration.ts";
import {
  verifyCausalOrder,
  verifyCommittedSlots,
  verifyDecisions,
  verifyDeliveryOrder,
} from "./consensus.ts";

describe("decisions", () => {
  const proposals = history(`
    0 invoke propose 1 key=7
    1 invoke propose 2 key=7
    0 ok propose 2 key=7
    2 invoke propose 2 key=8
    2 fail propose 2 key=8
    1 ok propose 2 key=7`);
  const claim = (key: number, value: number, proposal: number): string | undefined =>
    verifyDecisions(proposals, { kind: "decisions", decisions: [{ key, value, proposal }] });
  test("explain every answer", () => {
    expect(claim(7, 2, 1)).toBeUndefined();
  });
  test.each([
    [7, 1, 0, "learnt something else"],
    [7, 2, 0, "is of another value"],
    [7, 2, 2, "is no proposal"],
    [7, 2, 3, "failed"],
    [8, 2, 1, "is for another key"],
  ])("key %i, value %i of proposal %i do not", (key, value, proposal, problem) => {
    expect(claim(key, value, proposal)).toContain(problem);
  });
  test("are not learnt before they are proposed", () => {
    const late = history("0 invoke propose 1\n0 ok propose 2\n1 invoke propose 2\n1 ok propose 2");
    const decisions = [{ key: null, value: 2, proposal: 2 }];
    expect(verifyDecisions(late, { kind: "decisions", decisions })).toContain("before it was proposed");
  });
});

describe("the order of deliveries", () => {
  const broadcasts = history(`
    0 invoke broadcast 1
    1 invoke broadcast 2
    0 ok broadcast 1
    1 info broadcast 2
    0 invoke broadcast 3
    0 ok broadcast 3
    2 invoke read
    2 ok read [2,1]`);
  const claim = (...order: number[]): string | undefined =>
    verifyDeliveryOrder(broadcasts, { kind: "delivery-order", order });
  test("explains reads and acknowledgements", () => {
    expect(claim(1, 0, 4)).toBeUndefined();
    expect(claim(1, 0)).toBeUndefined();
  });
  test.each([
    [[0, 1, 4], "saw another order"],
    [[1], "saw more"],
    [[1, 0, 0], "is delivered twice"],
    [[1, 0, 6], "is no broadcast"],
  ])("%j does not", (order, problem) => {
    expect(claim(...order)).toContain(problem);
  });
  test("keeps what was acknowledged before what began later", () => {
    const two = history("0 invoke broadcast 1\n0 ok broadcast 1\n0 invoke broadcast 2\n0 ok broadcast 2");
    expect(verifyDeliveryOrder(two, { kind: "delivery-order", order: [2, 0] })).toContain(
      "acknowledged before",
    );
    expect(verifyDeliveryOrder(two, { kind: "delivery-order", order: [2] })).toContain("acknowledged before");
    expect(verifyDeliveryOrder(two, { kind: "delivery-order", order: [0] })).toBeUndefined();
  });
});

test("a causal order has every event after those before it", () => {
  const trace = readTraceFrom(
    '{"node":"a","kind":"receive","message":1,"clock":{}}\n{"node":"b","kind":"send","message":1}\n{"node":"b"}',
  );
  const claim = (...order: number[]): string | undefined =>
    verifyCausalOrder(trace, { kind: "causal-order", order });
  expect(claim(1, 0, 2)).toBeUndefined();
  expect(claim(0, 1, 2)).toBe("line 1 receives what is sent later");
  expect(claim(2, 1, 0)).toBe("line 2 is not in the order of its node");
  expect(claim(1, 2)).toBe("events are missing");
  expect(claim(1, 1, 0)).toContain("is there twice");
});

test("committed slots have the digests of all lines", () => {
  const log = readConsensusLogFrom(
    '{"node":"a","slot":0,"ballot":1,"digest":"x","committed":true}\n{"node":"a","slot":1,"ballot":1,"digest":"y","committed":false}',
  );
  expect(verifyCommittedSlots(log, { kind: "committed-slots", slots: [[0, "x"]] })).toBeUndefined();
  expect(verifyCommittedSlots(log, { kind: "committed-slots", slots: [[0, "y"]] })).toBe(
    "line 1 has another digest",
  );
  expect(verifyCommittedSlots(log, { kind: "committed-slots", slots: [] })).toBe("line 1 has another digest");
});

describe("an arbitration", () => {
  const text = history(`
    0 invoke write 1 key="x"
    0 ok write 1 key="x"
    1 invoke write 2 key="x"
    1 ok write 2 key="x"
    1 invoke read key="x"
    1 ok read 2 key="x"
    2 invoke read key="x"
    2 ok read null key="x"`);
  const claim = (...order: number[]): string | undefined =>
    verifyArbitration(text, { kind: "arbitration", order }, { nulls: "initial" });
  test("lets each read see the last write that it knows of", () => {
    expect(claim(0, 2, 4, 6)).toBeUndefined();
    expect(claim(2, 4, 0, 6)).toBeUndefined();
  });
  test.each([
    [[0, 4, 2, 6], "reads what is not written before"],
    [[0, 2, 4], "operation 6 is missing"],
    [[0, 0, 2, 4, 6], "is there twice"],
  ])("%j does not", (order, problem) => {
    expect(claim(...order)).toContain(problem);
  });
  test("keeps the order of each process, and what it knows", () => {
    const stale = history(
      '0 invoke write 1 key="x"\n0 ok write 1 key="x"\n0 invoke read key="x"\n0 ok read null key="x"',
    );
    const order = (...events: number[]): string | undefined =>
      verifyArbitration(stale, { kind: "arbitration", order: events }, { nulls: "initial" });
    expect(order(0, 2)).toBe("operation 2 knows of a later write");
    expect(order(2, 0)).toBe("operation 0 is not in the order of its process");
  });
});
