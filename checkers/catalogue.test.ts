import { expect, test } from "vitest";
import { history } from "../histories/testing/notation.ts";
import { checkers, runChecks } from "./catalogue.ts";
import { register } from "./linearizability/models/register.ts";

const stale = history("0 invoke write 1\n0 ok write 1\n0 invoke read\n0 ok read null");

test("several checks give one verdict: false over unknown over true", () => {
  const all = runChecks(stale, [{ checker: "stats" }, { checker: "linearizable", model: "register" }]);
  expect(all.valid).toBe(false);
  expect(all.checks.map(({ checker, valid }) => [checker, valid])).toEqual([
    ["stats", true],
    ["linearizable", false],
  ]);
  expect(runChecks(stale, [{ checker: "unhandled-exceptions" }, { checker: "stats" }]).valid).toBe(true);
  expect(runChecks(stale, []).valid).toBe("unknown");
});

test("the keys and the initial state of a request reach the checker", () => {
  const keyed = history('0 invoke read ["x", null]\n0 ok read ["x", 0]');
  const request = { checker: "linearizable", model: "register", keyed: true };
  expect(runChecks(keyed, [request]).valid).toBe(false);
  expect(runChecks(keyed, [{ ...request, initial: 0 }]).valid).toBe(true);
});

test("an unknown checker, or one without the model it needs, is wrong use", () => {
  expect(() => runChecks(stale, [{ checker: "linearisable", model: "register" }])).toThrow(
    'Unknown checker "linearisable". Did you mean linearizable?',
  );
  expect(() => runChecks(stale, [{ checker: "linearizable" }])).toThrow(
    "Checker linearizable needs a model: --linearizable <model>.",
  );
});

test("a checker that breaks is a bug, never a verdict", () => {
  const broken = {
    ...register(),
    step: () => {
      throw new TypeError("broken model");
    },
  };
  expect(() => runChecks(stale, [{ checker: "linearizable", model: broken }])).toThrow(TypeError);
});

test("every checker has a name of its own and a line about it", () => {
  expect(new Set(checkers.map(({ name }) => name)).size).toBe(checkers.length);
  for (const { summary } of checkers) expect(summary).toMatch(/\w/);
});
