import { describe, expect, test } from "vitest";
import { history } from "../../histories/testing/notation.ts";
import type { LinearizationCertificate } from "../linearizability/evidence.ts";
import { check } from "../linearizability/linearizable.ts";
import { register } from "../linearizability/models/register.ts";
import { verifyLinearization } from "./linearization.ts";
import { verifyRefutation } from "./refutation.ts";

const model = register();

const recorded = history(`
  0 invoke write 1
  1 invoke write 2
  1 ok write 2
  0 ok write 1
  2 invoke write 3
  2 info write 3
  0 invoke write 4
  0 fail write 4
  1 invoke read
  1 ok read 1
  1 invoke read
  1 ok read 3
`);

function verify(order: readonly number[]): string | undefined {
  const certificate: LinearizationCertificate = {
    kind: "linearization",
    model: "register",
    partitions: [{ order }],
  };
  return verifyLinearization(recorded, certificate, { model });
}

describe("a linearization", () => {
  test("is verified when it explains the history", () => {
    expect(verify([1, 0, 8, 4, 10])).toBeUndefined();
    expect(check(recorded, { model }).certificate).toEqual({
      kind: "linearization",
      model: "register",
      partitions: [{ order: [1, 0, 8, 4, 10] }],
    });
  });

  test.each<[string, readonly number[], string]>([
    ["swaps two writes", [0, 1, 8, 4, 10], "operation 8 (read 1) is not admitted in state 2"],
    ["goes against real time", [1, 0, 8, 10, 4], "operation 10 (read 3) is not admitted in state 1"],
    [
      "reads before what had returned",
      [8, 1, 0, 4, 10],
      "operation 8 (read 1) is not admitted in state null",
    ],
    ["drops a known operation", [1, 0, 8, 4], "operation 10 is not placed"],
    ["places an operation twice", [1, 0, 8, 4, 4, 10], "operation 4 is not one of it, or is placed twice"],
    ["places a failed operation", [1, 0, 8, 6, 4, 10], "operation 6 failed, yet is placed"],
    ["names a completion", [1, 0, 8, 4, 11], "operation 11 is not one of it, or is placed twice"],
    ["leaves out an unknown operation that was seen", [1, 0, 8, 10], "operation 10 (read 3) is not admitted"],
  ])("is refused when it %s", (_, order, problem) => {
    expect(verify(order)).toContain(`the object: ${problem}`);
  });

  test("is refused when only real time forbids it", () => {
    const sequential = history("0 invoke write 1\n0 ok write 1\n1 invoke write 2\n1 ok write 2");
    const certificate: LinearizationCertificate = {
      kind: "linearization",
      model: "register",
      partitions: [{ order: [2, 0] }],
    };
    expect(verifyLinearization(sequential, certificate, { model })).toBe(
      "the object: operation 0 returned before an operation began that is placed before it",
    );
  });

  test("covers exactly the objects of the history", () => {
    const keyed = history(
      '0 invoke read key="x"\n0 ok read key="x"\n0 invoke read key="y"\n0 ok read key="y"',
    );
    const parts = (...partitions: LinearizationCertificate["partitions"]) =>
      verifyLinearization(keyed, { kind: "linearization", model: "register", partitions }, { model });
    const x = { key: "x", order: [0] };
    const y = { key: "y", order: [2] };
    expect(parts(x, y)).toBeUndefined();
    expect(parts(x)).toBe('it does not order key "y"');
    expect(parts(x, x, y)).toBe('it orders key "x" twice');
    expect(parts(x, y, { key: "z", order: [] })).toBe("it orders objects that the history does not have");
    expect(parts({ key: "x", order: [2] }, y)).toContain("operation 2 is not one of it");
  });

  test("is about the model it names", () => {
    const certificate: LinearizationCertificate = { kind: "linearization", model: "mutex", partitions: [] };
    expect(verifyLinearization(recorded, certificate, { model })).toBe(
      "it is about model mutex, not register",
    );
  });
});

describe("a refutation", () => {
  const stale = history(`
    0 invoke write 1
    0 ok write 1
    0 invoke write 2
    0 ok write 2
    1 invoke read
    1 ok read 1
  `);

  test("holds when no order explains the events", () => {
    expect(verifyRefutation(stale, [0, 1, 2, 3, 4, 5], { model })).toBe(true);
  });

  test("does not hold without the events that contradict", () => {
    expect(verifyRefutation(stale, [0, 1, 4, 5], { model })).toBe(false);
    // Without its completion nobody knows whether, or when, the second write happened.
    expect(verifyRefutation(stale, [0, 1, 2, 4, 5], { model })).toBe(false);
  });

  test("is not attempted for more than ten operations", () => {
    const long = history("0 invoke write 1\n0 ok write 1\n".repeat(11));
    expect(
      verifyRefutation(
        long,
        [...long].map(({ index }) => index),
        { model },
      ),
    ).toBeUndefined();
  });
});
