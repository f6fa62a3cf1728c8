import { describe, expect, test } from "vitest";
import { history } from "../../histories/testing/notation.ts";
import type { NonlinearizableEvidence, Refutation } from "../linearizability/evidence.ts";
import { check } from "../linearizability/linearizable.ts";
import type { Model } from "../linearizability/model.ts";
import { fifoQueue } from "../linearizability/models/queue.ts";
import { casRegister, register } from "../linearizability/models/register.ts";
import { verifyContradiction } from "./contradiction.ts";
import { noOrderExplains } from "./exhaustion.ts";

const model = register();

const stale = history(`
  0 invoke write 1
  0 ok write 1
  1 invoke write 2
  1 ok write 2
  2 invoke write 3
  2 fail write 3
  3 invoke read
  3 ok read 1
  4 invoke write 1
  4 ok write 1
`);
const refutation: Refutation = {
  kind: "refutation",
  model: "register",
  pattern: "stale-read",
  until: 7,
  operations: [0, 2, 6],
};

function verify(changes: Partial<Refutation>): string | undefined {
  return verifyContradiction(stale, { ...refutation, ...changes }, { model });
}

describe("a refutation", () => {
  test("is verified when its operations have no order by themselves and nothing else could have given what they took", () => {
    expect(verify({})).toBeUndefined();
  });

  test("is what the checker hands out", () => {
    const evidence = check(stale, { model }).anomalies[0]?.evidence as NonlinearizableEvidence;
    expect(evidence.refutation).toEqual(refutation);
    expect(evidence.verified).toBe(true);
  });

  test.each<[string, Partial<Refutation>, string]>([
    ["is about another model", { model: "cas-register" }, "it is about model cas-register, not register"],
    ["is about a key that is not there", { key: "x" }, 'the history has no key "x"'],
    ["names nothing", { operations: [] }, "it names no operation"],
    ["names an operation twice", { operations: [0, 2, 6, 6] }, "it names an operation twice"],
    ["names a completion", { operations: [0, 3, 6] }, "operation 3 is not one of the object's"],
    [
      "names what is not in the history",
      { operations: [0, 2, 60] },
      "operation 60 is not one of the object's",
    ],
    ["names an operation that failed", { operations: [0, 2, 4, 6] }, "operation 4 failed"],
    ["names what comes later", { operations: [0, 2, 6, 8] }, "operation 8 begins after event 7"],
    ["lacks the write that replaced it", { operations: [0, 6] }, "an order explains its operations"],
    ["lacks the read", { operations: [0, 2] }, "an order explains its operations"],
    ["ends before the read returned", { until: 6 }, "an order explains its operations"],
  ])("that %s is refused", (_, changes, problem) => {
    expect(verify(changes)).toBe(problem);
  });

  test("need not name a write that was certainly replaced, nor one that came later", () => {
    expect(verify({ operations: [2, 6] })).toBeUndefined();
    expect(verify({ until: 9 })).toBeUndefined();
  });

  test("needs every write that may have been the one that was read", () => {
    const again = history(`
      0 invoke write 1
      0 ok write 1
      1 invoke write 2
      1 ok write 2
      2 invoke write 1
      3 invoke read
      3 ok read 1
    `);
    expect(verifyContradiction(again, { ...refutation, until: 6, operations: [0, 2, 5] }, { model })).toBe(
      "operation 4 could have given what operation 5 took, and is not named",
    );
  });

  test("needs every dequeue that may have taken what was inside", () => {
    const queue = history(`
      0 invoke enqueue 1
      0 ok enqueue 1
      1 invoke dequeue
      2 invoke dequeue
      2 ok dequeue null
    `);
    const claim = (operations: readonly number[]): string | undefined =>
      verifyContradiction(
        queue,
        { kind: "refutation", model: "fifo-queue", until: 4, operations },
        { model: fifoQueue() },
      );
    expect(claim([0, 3])).toBe("operation 2 could have given what operation 0 took, and is not named");
    expect(claim([0, 2, 3])).toBe("an order explains its operations");
  });

  test("is about one object of several", () => {
    const keyed = history(
      '0 invoke read key="x"\n0 ok read 1 key="x"\n0 invoke read key="y"\n0 ok read 1 key="y"',
    );
    const claim = (changes: Partial<Refutation>): string | undefined =>
      verifyContradiction(
        keyed,
        { kind: "refutation", model: "register", key: "x", until: 1, operations: [0], ...changes },
        { model },
      );
    expect(claim({})).toBeUndefined();
    expect(claim({ key: "y" })).toBe("operation 0 is not one of the object's");
    expect(claim({ key: "y", until: 3, operations: [2] })).toBeUndefined();
    const { key, ...without } = { ...refutation, key: "x" };
    void key;
    expect(verifyContradiction(keyed, without, { model })).toBe(
      "the history is about several objects, and it does not say which",
    );
  });

  test("of a model without ties has to name all there was", () => {
    const withTies = casRegister();
    const rest: Model = {
      name: withTies.name,
      summary: withTies.summary,
      operations: withTies.operations,
      initial: withTies.initial,
      step: (state, input, output) => withTies.step(state, input, output),
      changes: (input) => withTies.changes(input),
      observes: (input) => withTies.observes(input),
    };
    const text = history("0 invoke read\n0 ok read null\n1 invoke read\n1 ok read 5");
    const claim = (operations: readonly number[]): string | undefined =>
      verifyContradiction(
        text,
        { kind: "refutation", model: "cas-register", until: 3, operations },
        { model: rest },
      );
    expect(claim([0, 2])).toBeUndefined();
    expect(claim([2])).toMatch(/^operation 0 could have given/);
  });
});

describe("trying every order", () => {
  test("is given up for too many operations", () => {
    const operations = Array.from({ length: 40 }, (_, i) => ({
      input: { f: "write", value: i },
      output: i,
      begin: 0,
      end: 1,
    }));
    const read = { input: { f: "read", value: null }, output: 99, begin: 2, end: 3 };
    expect(noOrderExplains([...operations, read], model)).toBeUndefined();
    expect(noOrderExplains([...operations.slice(0, 8), read], model)).toBe(true);
    expect(noOrderExplains([...operations.slice(0, 8), { ...read, output: 3 }], model)).toBe(false);
  });
});
