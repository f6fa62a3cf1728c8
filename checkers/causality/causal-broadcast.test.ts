import { describe, expect, test } from "vitest";

import { HistoryBuilder } from "../../histories/builder.ts";
import type { Json } from "../../histories/json.ts";
import type { OperationType } from "../../histories/operation.ts";
import { causalBroadcastOfHistories } from "./causal-broadcast.ts";

/** Judges events in a short notation: `n1 broadcast 1`, `n2 read 1 2`, `n1 ?broadcast 1` (no answer), `n1 !broadcast 1` (fails). */
function judged(...events: readonly string[]): { valid: unknown; types: string[] } {
  const builder = new HistoryBuilder({});
  let time = 0;
  for (const [process, event] of events.entries()) {
    const [node = "", operation = "", ...values] = event.split(" ");
    const f = operation.replace(/^[?!]/, "");
    const argument: Json = f === "read" ? null : Number(values[0]);
    const result: Json = f === "read" ? values.map(Number) : argument;
    const ending: OperationType = operation.startsWith("?")
      ? "info"
      : operation.startsWith("!")
        ? "fail"
        : "ok";
    builder.add({ time: time++, type: "invoke", process, f, value: argument, node });
    builder.add({ time: time++, type: ending, process, f, value: result, node });
  }
  const { valid, anomalies } = causalBroadcastOfHistories.check(builder.build());
  return { valid, types: [...new Set(anomalies.map(({ type }) => type))] };
}

describe("causal broadcast, from outside", () => {
  test.each([
    ["messages of one node come in their order", ["n1 broadcast 1", "n1 broadcast 2", "n2 read 1 2"]],
    [
      "an answer comes after what it answers",
      ["n1 broadcast 1", "n2 read 1", "n2 broadcast 2", "n3 read 1 2"],
    ],
    [
      "messages that know nothing of each other come in any order",
      ["n1 broadcast 1", "n2 broadcast 2", "n1 read 1 2", "n2 read 2 1", "n1 broadcast 3", "n2 read 2 1 3"],
    ],
    [
      "what has no answer may be delivered or not",
      ["n1 ?broadcast 1", "n1 broadcast 2", "n1 broadcast 3", "n2 read 2 3"],
    ],
  ])("%s", (_, events) => expect(judged(...events)).toEqual({ valid: true, types: [] }));

  test.each([
    [
      "a later message of one node before an earlier one",
      ["n1 broadcast 1", "n1 broadcast 2", "n2 read 2 1"],
      "causal-delivery",
    ],
    [
      "a message without an earlier one of its node",
      ["n1 broadcast 1", "n1 broadcast 2", "n2 read 2"],
      "causal-delivery",
    ],
    [
      "an answer before what it answers",
      ["n1 broadcast 1", "n2 read 1", "n2 broadcast 2", "n3 read 2 1"],
      "causal-delivery",
    ],
    ["a message twice", ["n1 broadcast 1", "n1 read 1 1"], "duplicate-delivery"],
    ["a message that nobody broadcast", ["n1 read 1"], "never-broadcast"],
    ["a message whose broadcast failed", ["n1 !broadcast 1", "n1 read 1"], "failed-broadcast"],
    [
      "an order that changes",
      ["n1 broadcast 1", "n2 broadcast 2", "n3 read 1 2", "n3 read 2 1"],
      "order-changed",
    ],
    ["a message that was acknowledged and is gone", ["n1 broadcast 1", "n1 read"], "lost-message"],
  ])("not %s", (_, events, type) => {
    const { valid, types } = judged(...events);
    expect(valid).toBe(false);
    expect(types).toContain(type);
  });

  test("says nothing where nothing was read", () => {
    expect(judged("n1 broadcast 1").valid).toBe("unknown");
  });
});
