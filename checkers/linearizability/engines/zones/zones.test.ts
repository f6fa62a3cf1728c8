import { describe, expect, test } from "vitest";
import { history } from "../../../../histories/testing/notation.ts";
import { callsOf } from "../../../testing/engine-oracle.ts";
import { casRegister } from "../../models/register.ts";
import { fifoQueue } from "../../models/queue.ts";
import { StateTable } from "../../states.ts";
import type { Decision } from "../engine.ts";
import { zonesEngine } from "./zones-engine.ts";

function decide(text: string, model = casRegister(0)): Decision | undefined {
  const calls = callsOf(history(text), model);
  return zonesEngine.decide({ calls, states: new StateTable(calls.alphabet) }, { steps: 1 });
}

const done = (process: number, f: string, value: unknown): string =>
  `${process} invoke ${f} ${f === "read" ? "null" : JSON.stringify(value)}\n${process} ok ${f} ${JSON.stringify(value)}`;

describe("contradictions have a name, a culprit and the few calls that prove them", () => {
  test.each([
    ["a value that nobody wrote", done(0, "read", 7), { pattern: "never-written", calls: [0], culprit: 0 }],
    [
      "a value read before its write began",
      `${done(0, "read", 7)}\n${done(0, "write", 7)}`,
      { pattern: "read-before-written", calls: [0, 1], culprit: 0, against: 1 },
    ],
    [
      "a value that had been replaced",
      [done(0, "write", 1), done(0, "write", 2), done(1, "read", 1)].join("\n"),
      { pattern: "stale-read", calls: [0, 1, 2], culprit: 2, against: 1 },
    ],
    [
      "the initial value after another was written",
      [done(0, "write", 1), done(1, "read", 0)].join("\n"),
      { pattern: "stale-read", calls: [0, 1], culprit: 1, against: 0 },
    ],
    [
      "a value read again after another, written meanwhile",
      [
        "0 invoke write 1\n1 invoke write 2",
        done(2, "read", 1),
        done(2, "read", 2),
        done(2, "read", 1),
        "0 ok write 1\n1 ok write 2",
      ].join("\n"),
      { pattern: "stale-read", calls: [0, 1, 2, 3, 4], culprit: 4, against: 1 },
    ],
    [
      "a value read again after another had been read for some time",
      [
        "0 invoke write 1\n1 invoke write 2",
        done(2, "read", 1),
        done(2, "read", 2),
        done(2, "read", 2),
        done(2, "read", 1),
        "0 ok write 1\n1 ok write 2",
      ].join("\n"),
      { pattern: "two-values-current", calls: [0, 1, 2, 3, 4, 5], culprit: 5, against: 3 },
    ],
    [
      "two compare-and-sets of one value",
      [done(0, "cas", [0, 1]), done(1, "cas", [0, 2])].join("\n"),
      { pattern: "lost-update", calls: [0, 1], culprit: 1, against: 0 },
    ],
    [
      "a value that a compare-and-set had replaced, which only a read tells",
      ["0 invoke cas [0, 1]\n0 info cas [0, 1]", done(1, "read", 1), done(1, "read", 0)].join("\n"),
      { pattern: "stale-read", calls: [0, 1, 2], culprit: 2, against: 0 },
    ],
    [
      "compare-and-sets that needed one another",
      "0 invoke cas [1, 2]\n1 invoke cas [2, 1]\n0 ok cas [1, 2]\n1 ok cas [2, 1]",
      { pattern: "read-before-written", calls: [0, 1], culprit: 0 },
    ],
  ])("%s", (_, text, proof) => {
    expect(decide(text)).toMatchObject({ end: "nonlinearizable", proof });
  });
});

test("an unknown write counts only where it was seen", () => {
  const lost = "0 invoke write 1\n0 info write 1\n";
  expect(decide(lost + done(1, "read", 0))).toMatchObject({ end: "linearizable", order: Int32Array.of(1) });
  expect(decide(lost + done(1, "read", 1))).toMatchObject({
    end: "linearizable",
    order: Int32Array.of(0, 1),
  });
});

test("a value written twice is two values where real time tells them apart", () => {
  const twice = [done(0, "write", 1), done(0, "write", 2), done(0, "write", 1), done(1, "read", 1)].join(
    "\n",
  );
  expect(decide(twice)).toMatchObject({ end: "linearizable" });
  expect(decide([twice, done(1, "read", 2)].join("\n"))).toMatchObject({
    end: "nonlinearizable",
    proof: { pattern: "stale-read" },
  });
});

test("a contradiction that hangs on which of two writes was read is left to others", () => {
  const open = "0 invoke write 1\n1 invoke write 1\n2 invoke write 2\n2 ok write 2\n";
  const reads = [done(3, "read", 1), done(3, "read", 2), done(3, "read", 1), done(3, "read", 2)].join("\n");
  expect(decide(`${open}${reads}`)).toBeUndefined();
});

test("objects that are no register are left to others", () => {
  expect(decide("0 invoke dequeue\n0 ok dequeue 1", fifoQueue())).toBeUndefined();
});
