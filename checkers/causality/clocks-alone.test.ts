import { expect, test } from "vitest";
import { readTraceFrom } from "../../histories/codecs/trace/read-trace.ts";
import { checkCausality } from "./causality.ts";

/** Events `a {a:1} lamport 3 past a1 b2`: what comes after the clock may be left out. */
function judged(...events: readonly string[]): readonly unknown[] {
  const lines = events.map((event) => {
    const [, node, clock = "", lamport, past] =
      /^(\w) \{(.*?)\}(?: lamport (\d+))?(?: past (.*))?$/.exec(event) ?? [];
    return JSON.stringify({
      node,
      clock: Object.fromEntries(clock.split(",").map((each) => [each[0], Number(each.slice(2))])),
      ...(lamport === undefined ? {} : { lamport: Number(lamport) }),
      ...(past === undefined
        ? {}
        : { past: past.split(" ").map((each) => [each[0], Number(each.slice(1))]) }),
    });
  });
  const { valid, anomalies } = checkCausality(readTraceFrom(lines.join("\n")));
  return [valid, ...anomalies.map(({ type }) => type)];
}

test("where only vector clocks tell what happened before, other stamps are held against them", () => {
  expect(judged("a {a:1} lamport 1", "b {a:1,b:1} lamport 2")).toEqual([true]);
  expect(judged("a {a:1} lamport 1", "b {b:1} lamport 1")).toEqual([true]);
  expect(judged("b {a:1,b:1} lamport 2", "a {a:1} lamport 2")).toEqual([false, "lamport-clock"]);
  expect(judged("a {a:1} lamport 2", "a {a:2} lamport 1", "b {b:1}")).toEqual([false, "lamport-clock"]);
  expect(judged("a {a:1} past a1", "b {a:1,b:1} past a1 b1")).toEqual([true]);
  expect(judged("a {a:1} past a1", "b {a:1,b:1} past b1")).toEqual([false, "history-misses-event"]);
  expect(judged("a {a:1} past a1", "b {b:1} past a1 b1")).toEqual([false, "history-knows-too-much"]);
});

test("causal histories number events that are missing from the log as well", () => {
  expect(judged("a {a:2} past a1 a2", "b {a:1,b:1} past a1 b1")).toEqual(["unknown"]);
});
