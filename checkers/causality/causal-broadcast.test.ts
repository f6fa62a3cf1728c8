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

/** The same of operations that overlap: `0 n1 broadcast 1` begins one of process 0, and `0 ok`, `0 fail`, `0 info` end it. */
function judgedAtOnce(...events: readonly string[]): { valid: unknown; types: string[] } {
  const builder = new HistoryBuilder({});
  const open = new Map<number, { readonly f: string; readonly value: Json; readonly node: string }>();
  for (const [time, event] of events.entries()) {
    const [name = "", ...words] = event.split(" ");
    const process = Number(name);
    const type = (["ok", "fail", "info"] as const).find((each) => each === words[0]);
    const rest = type === undefined ? words : words.slice(1);
    const begun = open.get(process);
    const { f, node, value } = begun ?? {
      node: rest.shift() ?? "",
      f: rest.shift() ?? "",
      value: type === undefined && rest.length === 0 ? null : Number(rest[0]),
    };
    const result = type === "ok" && f === "read" ? rest.map(Number) : value;
    builder.add({ time, type: type ?? "invoke", process, f, node, value: result });
    if (type === undefined) open.set(process, { f, node, value });
    else open.delete(process);
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

  test.each([
    [
      "a message whose broadcast fails after it was read",
      ["0 n1 broadcast 1", "1 n2 read", "1 ok 1", "0 fail"],
      "failed-broadcast",
    ],
    [
      "a message before anybody asked for it",
      ["1 n2 read", "1 ok 1", "0 n1 broadcast 1", "0 ok"],
      "delivered-too-early",
    ],
    [
      "a message without what a later look shows that its node had delivered before",
      ["0 n1 broadcast 1", "0 info", "1 n2 broadcast 2", "1 ok", "1 n2 broadcast 3", "1 ok"].concat([
        "2 n1 read",
        "2 ok 2 3",
        "3 n2 read",
        "3 ok 1 2 3",
      ]),
      "causal-delivery",
    ],
    [
      "two messages of one node in two orders, whichever was first",
      ["0 n1 broadcast 1", "1 n1 broadcast 2", "2 n2 read", "3 n3 read", "2 ok 1 2", "3 ok 2 1"],
      "causal-delivery",
    ],
    [
      "less than the same node showed before",
      ["0 n1 broadcast 1", "0 info", "2 n2 read", "2 ok 1", "3 n2 read", "3 ok"],
      "order-changed",
    ],
  ])("not %s", (_, events, type) => {
    const { valid, types } = judgedAtOnce(...events);
    expect(valid).toBe(false);
    expect(types).toContain(type);
  });

  test.each([
    [
      "a message that was broadcast again after a failure is the second one",
      ["0 n1 broadcast 1", "0 fail", "0 n1 broadcast 1", "0 ok", "0 n1 broadcast 2", "0 ok"].concat([
        "1 n2 read",
        "1 ok 1 2",
      ]),
      true,
    ],
    [
      "of a message that was broadcast twice nobody knows which one was delivered",
      ["0 n1 broadcast 1", "0 ok", "1 n2 broadcast 2", "1 ok", "1 n2 broadcast 1", "1 ok"].concat([
        "1 n2 broadcast 3",
        "1 ok",
        "2 n3 read",
        "2 ok 1 2 3",
      ]),
      "unknown",
    ],
    [
      "without invocations nobody knows what came before",
      ["0 ok n1 broadcast 1", "1 ok n1 read 1"],
      "unknown",
    ],
  ])("%s", (_, events, valid) => expect(judgedAtOnce(...events)).toEqual({ valid, types: [] }));

  test("a read of anything but a list is malformed", () => {
    const builder = new HistoryBuilder({});
    builder.add({ time: 0, type: "invoke", process: 0, f: "read", value: null, node: "n1" });
    builder.add({ time: 1, type: "ok", process: 0, f: "read", value: 7, node: "n1" });
    expect(() => causalBroadcastOfHistories.check(builder.build())).toThrow("[message, …]");
  });

  test("says nothing where nothing was read", () => {
    expect(judged("n1 broadcast 1").valid).toBe("unknown");
  });
});
