import { describe, expect, test } from "vitest";
import { history } from "../../../../histories/testing/notation.ts";
import { callsOf, flawOfOrder } from "../../../testing/engine-oracle.ts";
import type { Model } from "../../model.ts";
import { fifoQueue, unorderedQueue } from "../../models/queue.ts";
import { priorityQueue } from "../../models/priority-queue.ts";
import { set } from "../../models/set.ts";
import { stack } from "../../models/stack.ts";
import { StateTable } from "../../states.ts";
import { collectionsEngine } from "./collections-engine.ts";

/** What the engine says: an order by what was called, or the pattern and the positions of the proof. */
function decided(model: Model, text: string): string | undefined {
  const calls = callsOf(history(text), model);
  const decision = collectionsEngine.decide(
    { calls, states: new StateTable(calls.alphabet) },
    { steps: 1e6 },
  );
  if (decision === undefined) return undefined;
  if (decision.end === "linearizable") {
    expect(flawOfOrder(calls, decision.order)).toBeUndefined();
    return [...decision.order].join(" ");
  }
  if (decision.end !== "nonlinearizable") return decision.end;
  return `${decision.proof?.pattern ?? "no proof"} at ${decision.until}: ${decision.proof?.calls.join(" ")}`;
}

describe("a queue", () => {
  test("is refuted by two items that overtook each other", () => {
    const overtaken = `
      0 invoke enqueue 1
      0 ok enqueue 1
      0 invoke enqueue 2
      0 ok enqueue 2
      0 invoke enqueue 3
      1 invoke dequeue
      0 ok enqueue 3
      1 ok dequeue 2
      1 invoke dequeue
      1 ok dequeue 1`;
    // Right after dequeue 2 nobody else can have taken 1.
    expect(decided(fifoQueue(), overtaken)).toBe("out-of-order at 7: 0 1 3");
  });

  test("lets a dequeue of unknown outcome take what stands in the way", () => {
    const cleared = `
      0 invoke enqueue 1
      0 ok enqueue 1
      2 invoke dequeue
      2 info dequeue
      0 invoke enqueue 2
      0 ok enqueue 2
      1 invoke dequeue
      1 ok dequeue 2
      1 invoke dequeue
      1 ok dequeue null`;
    expect(decided(fifoQueue(), cleared)).toBe("0 2 1 3 4");
  });

  test("was not empty while one item after another was inside", () => {
    const covered = `
      0 invoke enqueue 1
      0 ok enqueue 1
      2 invoke dequeue
      0 invoke enqueue 2
      0 ok enqueue 2
      1 invoke dequeue
      1 ok dequeue 1
      2 ok dequeue null`;
    expect(decided(fifoQueue(), covered)).toBe("not-empty at 7: 0 1 2 3");
  });
});

test("a stack is refuted by an item popped from under another", () => {
  const crossed = `
    0 invoke push 1
    0 ok push 1
    0 invoke push 2
    0 ok push 2
    0 invoke pop
    0 ok pop 1`;
  expect(decided(stack(), crossed)).toBe("out-of-order at 5: 0 1 2");
});

test("a priority queue hands out items of equal priority in any order, but none before a greater one", () => {
  const filled = `
    0 invoke enqueue [1,"a"]
    0 ok enqueue [1,"a"]
    0 invoke enqueue [2,"b"]
    0 ok enqueue [2,"b"]
    0 invoke enqueue [2,"c"]
    0 ok enqueue [2,"c"]`;
  expect(decided(priorityQueue(), `${filled}\n0 invoke dequeue\n0 ok dequeue [2,"c"]`)).toBe("0 1 2 3");
  expect(decided(priorityQueue(), `${filled}\n0 invoke dequeue\n0 ok dequeue [1,"a"]`)).toBe(
    "priority-inverted at 7: 0 2 3",
  );
});

describe("a set", () => {
  test("may have been asked to remove an element before it was added", () => {
    const vain = `
      0 invoke add 5
      1 invoke remove 5
      1 ok remove 5
      0 ok add 5
      0 invoke contains 5
      0 ok contains true`;
    expect(decided(set(), vain)).toBe("1 0 2");
    expect(decided(set(), vain.replace("5\n      1 ok remove 5", "5\n      1 ok remove true"))).toBe(
      "unexpected at 5: 0 1 2",
    );
  });

  test("that only grows is seen as one whole after another", () => {
    const seen = (first: string, second: string) => `
      0 invoke add 1
      1 invoke add 2
      2 invoke read
      3 invoke read
      2 ok read ${first}
      3 ok read ${second}
      0 ok add 1
      1 ok add 2`;
    expect(decided(set(), seen("[1]", "[1,2]"))).toBe("0 2 1 3");
    expect(decided(set(), seen("[1]", "[2]"))).toContain("at 5");
  });

  test("is left to other engines where elements come and go again", () => {
    const again = `
      0 invoke add 1
      0 ok add 1
      0 invoke remove 1
      0 ok remove 1
      0 invoke add 1
      0 ok add 1`;
    expect(decided(set(), again)).toBeUndefined();
  });
});

test("equal items are left to other engines", () => {
  const equal = "0 invoke enqueue 1\n0 ok enqueue 1\n0 invoke enqueue 1\n0 ok enqueue 1";
  expect(decided(fifoQueue(), equal)).toBeUndefined();
  expect(decided(unorderedQueue([1]), "0 invoke enqueue 1\n0 ok enqueue 1")).toBeUndefined();
});

test("an item that nobody put in, or that two took out, cannot be", () => {
  expect(decided(unorderedQueue(), "0 invoke dequeue\n0 ok dequeue 7")).toBe("never-written at 1: 0");
  const twice = `
    0 invoke enqueue 1
    0 ok enqueue 1
    0 invoke dequeue
    0 ok dequeue 1
    0 invoke dequeue
    0 ok dequeue 1`;
  expect(decided(unorderedQueue(), twice)).toBe("removed-twice at 5: 0 1 2");
});
