import { describe, expect, test } from "vitest";
import { readHistoryFrom } from "./read.ts";

// What transactional histories of Elle's users look like beyond what Jepsen itself writes.

function told(text: string) {
  return [...readHistoryFrom(text)].map(({ process, type, f, value }) => [process, type, f, value]);
}

describe("transactions without a function", () => {
  test("are txn, as Elle takes them", () => {
    const text =
      "{:index 1, :type :invoke, :process 0, :value [ [ :r 1 nil ] [ :append 2 3 ] ]}\n" +
      "{:index 2, :type :info, :process 0, :value nil}\n";
    expect(told(text)).toEqual([
      [0, "invoke", "txn", [["r", 1, null], ["append", 2, 3]]],
      [0, "info", "txn", null],
    ]); // prettier-ignore
    expect(told('[{"type":"ok","process":0,"value":[["append","x",1],["r","x",[1]]]}]')).toEqual([
      [0, "ok", "txn", [["append", "x", 1], ["r", "x", [1]]]],
    ]); // prettier-ignore
  });

  test("are transactions only by their values", () => {
    expect(() => told("{:type :ok, :process 0, :value 5}")).toThrow("a member f");
    expect(() => told("{:type :ok, :process 0, :value [1 2]}")).toThrow("a member f");
    expect(() => told("{:type :ok, :process 0}")).toThrow("a member f");
  });
});

describe("transactions without a process", () => {
  test("are sessions of their own", () => {
    const text =
      "[{:type :ok, :value [[:append :x 1]]} {:type :fail, :value []} {:type :info :f :txn :value [[:r :x nil]]}]";
    const history = readHistoryFrom(text);
    expect([...history].map(({ process, type }) => [process, type])).toEqual([
      [0, "ok"],
      [1, "fail"],
      [2, "info"],
    ]);
    expect(history.notes.join()).toContain("no process");
  });

  test("pair with their invocations in turn", () => {
    const text = ["invoke", "ok", "invoke", "info", "invoke", "fail"]
      .map((type) => `{:type :${type}, :f :txn, :value [[:append :x 1]]}`)
      .join("\n");
    expect([...readHistoryFrom(text)].map(({ process }) => process)).toEqual([0, 0, 0, 0, 1, 1]);
  });

  test("cannot stand beside those that have one, nor be anything else", () => {
    const [one, other] = ["{:type :ok :value []}", "{:type :ok :process 1 :f :txn :value []}"];
    expect(() => told(`${one}\n${other}`)).toThrow("line 2:1: expected a member process");
    expect(() => told(`${other}\n${one}`)).toThrow("line 2:1: expected a member process");
    expect(() => told("{:type :ok :f :read :value 1}")).toThrow("a member process");
  });
});

test("a process that acts again after an unknown outcome counts as another", () => {
  const text = ["invoke", "info", "invoke", "ok", "invoke", "info", "invoke"]
    .map((type) => `{:type :${type}, :f :txn, :process 3 :value [[:w 1 1]]}`)
    .join("\n");
  const history = readHistoryFrom(`${text}\n{:type :invoke, :f :txn, :process 4 :value []}`);
  const [a, b] = [2 ** 31 - 1, 2 ** 31 - 2];
  expect([...history].map(({ process }) => process)).toEqual([3, 3, a, a, a, a, b, 4]);
  expect(history.notes.join()).toContain("2 times a process acts again");
});

test("an unknown transaction may have no completion, or one with what it asked", () => {
  const text =
    "{:process 1 :type :invoke :f :txn :value [[:append 1 1] [:r 2 nil]]}\n" +
    "{:process 1 :type :info :f :txn :value [[:append 1 1] [:r 2 nil]] :error [:timeout 5000]}\n" +
    "{:process 2 :type :invoke :f :txn :value [[:r 1 nil]]}\n";
  const history = readHistoryFrom(text);
  expect([0, 2].map((i) => history.completion(i))).toEqual([1, -1]);
  expect(history.error(1)).toEqual([{ "#keyword": "timeout" }, 5000]);
});

test("values may be tuples of a key and a value in JSON, too", () => {
  const history = readHistoryFrom('[{"type":"ok","process":0,"f":"read","value":[5,[1, 2]]}]', {
    keyed: true,
  });
  expect([...history].map(({ key, value }) => [key, value])).toEqual([[5, [1, 2]]]);
});

test("keys and elements may be anything", () => {
  const text =
    '{:process 0 :type :ok :f :txn :value ([:w [1 :a] {:b 2}] (:r "k" #{3}) [:append nil 9007199254740993])}';
  expect(told(text)).toEqual([
    [0, "ok", "txn", [["w", [1, { "#keyword": "a" }], { b: 2 }], ["r", "k", { "#set": [3] }], ["append", null, { "#int": "9007199254740993" }]]],
  ]); // prettier-ignore
});
