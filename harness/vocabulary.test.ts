import { describe, expect, it } from "vitest";

import type { Json } from "../histories/json.ts";
import type { Invocation } from "../systems/contracts/client.ts";
import { completionOf, requestOf, unanswered, unsent } from "./vocabulary.ts";

const operation = (f: string, value: Json = null, key?: Json): Invocation => ({
  process: 0,
  f,
  value,
  ...(key === undefined ? {} : { key }),
});
const error = (code: number) => ({ type: "error", code, text: "why" });

const readOnly = operation("txn", [["r", 1, null]]);
const mixed = operation("txn", [
  ["r", 1, null],
  ["append", 1, 7],
]);

describe("clients' words", () => {
  it.each([
    [operation("read", null, 3), { type: "read", key: 3 }],
    [operation("read"), { type: "read" }],
    [operation("write", 5, 3), { type: "write", key: 3, value: 5 }],
    [operation("cas", [1, 2], "x"), { type: "cas", key: "x", from: 1, to: 2 }],
    [mixed, { type: "txn", txn: mixed.value }],
    [operation("propose", 4, 1), { type: "propose", key: 1, value: 4 }],
    [operation("broadcast", "m"), { type: "broadcast", message: "m" }],
    [operation("acquire", null, 2), { type: "acquire", key: 2 }],
    [operation("release", 9, 2), { type: "release", key: 2, token: 9 }],
  ])("%j", (asked, request) => {
    expect(requestOf(asked)).toEqual(request);
  });

  it("take from an answer what the operation returned", () => {
    expect(completionOf(operation("read"), { type: "read_ok", value: 7 })).toEqual({ type: "ok", value: 7 });
    expect(completionOf(operation("read"), { type: "read_ok", messages: [1, 2] })).toEqual({
      type: "ok",
      value: [1, 2],
    });
    expect(completionOf(mixed, { type: "txn_ok", txn: [["r", 1, []]] })).toEqual({
      type: "ok",
      value: [["r", 1, []]],
    });
    expect(completionOf(operation("propose", 4), { type: "propose_ok", value: 6 })).toEqual({
      type: "ok",
      value: 6,
    });
    expect(completionOf(operation("acquire"), { type: "acquire_ok", token: 2 })).toEqual({
      type: "ok",
      value: 2,
    });
    expect(completionOf(operation("broadcast", 1), { type: "broadcast_ok" })).toEqual({ type: "ok" });
  });

  it("tell what certainly did not happen from what nobody knows", () => {
    expect(completionOf(operation("write", 1), error(11)).type).toBe("fail");
    expect(completionOf(operation("write", 1), error(13)).type).toBe("info");
    expect(completionOf(mixed, error(14)).type).toBe("fail");
    expect(completionOf(mixed, error(13)).type).toBe("info");
    expect(completionOf(readOnly, error(13)).type).toBe("fail");
    expect(completionOf(operation("read"), error(20))).toEqual({ type: "ok", value: null });
    expect(completionOf(operation("cas", [1, 2]), error(20)).type).toBe("fail");
    expect(completionOf(operation("write", 1), { type: "read_ok" }).type).toBe("info");
  });

  it("know nothing of what was sent and not answered, unless it only reads", () => {
    expect(unanswered(operation("write", 1), "lost").type).toBe("info");
    expect(unanswered(operation("read"), "lost").type).toBe("fail");
    expect(unanswered(readOnly, "lost").type).toBe("fail");
    expect(unanswered(mixed, "lost").type).toBe("info");
    expect(unsent("refused")).toEqual({ type: "fail", error: ["not-sent", "refused"] });
  });

  it("have no meaning for what is malformed", () => {
    expect(() => requestOf(operation("cas", 1))).toThrow("expected the value [from, to], found 1");
    expect(() => requestOf(operation("txn", 1))).toThrow("expected the value [[f, key, value], …], found 1");
    expect(() => requestOf(operation("append", 1))).toThrow("found append");
  });
});
