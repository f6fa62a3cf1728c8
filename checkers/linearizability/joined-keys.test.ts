import { describe, expect, test } from "vitest";
import type { Json } from "../../histories/json.ts";
import { history } from "../../histories/testing/notation.ts";
import { verifyLinearization } from "../certificates/linearization.ts";
import type { LinearizationCertificate, NonlinearizableEvidence } from "./evidence.ts";
import { JoinedKeys } from "./joined-keys.ts";
import { check } from "./linearizable.ts";
import { modelNamed } from "./models/catalogue.ts";
import { ModelHistory } from "./partition.ts";

function objectsOf(text: string): (readonly [Json | undefined, readonly number[]])[] {
  const source = new ModelHistory(history(text), modelNamed("multi-register"), false);
  return source.partitions().map(({ key, operations }) => [key, [...operations]]);
}

test("keys are joined through others", () => {
  const joined = new JoinedKeys();
  for (const key of [1, 2, 3, 4, 5]) joined.add(key);
  joined.join(1, 2);
  joined.join(4, 5);
  joined.join(5, 2);
  expect([...joined.groups().values()].map((group) => group.toSorted((a, b) => a - b))).toEqual([
    [1, 2, 4, 5],
    [3],
  ]);
});

describe("operations on several keys are judged by the keys that they join", () => {
  test("those on one key by that", () => {
    expect(
      objectsOf(`
        0 invoke txn [["w", "x", 1]]
        0 ok txn [["w", "x", 1]]
        0 invoke txn [["r", "y", null]]
      `),
    ).toEqual([
      ["x", [0]],
      ["y", [2]],
    ]);
  });

  test("those on several by all keys of the object, sorted; what an array is called can be no list of keys", () => {
    expect(
      objectsOf(`
        0 invoke txn [["w", "y", 1], ["w", "x", 1]]
        0 ok txn [["w", "y", 1], ["w", "x", 1]]
        0 invoke txn [["r", "x", null]]
        1 invoke txn [["w", ["x", "y"], 1]]
      `),
    ).toEqual([
      [
        ["x", "y"],
        [0, 2],
      ],
      [[["x", "y"]], [3]],
    ]);
  });

  test("failed ones, and unknown ones that change nothing, join nothing; unknown writes do", () => {
    const failed = `
      0 invoke txn [["w", "x", 1], ["w", "y", 1]]
      0 fail txn [["w", "x", 1], ["w", "y", 1]]
    `;
    const unknownRead = '0 invoke txn [["r", "x", null], ["r", "y", null]]';
    const unknownWrite = '0 invoke txn [["r", "x", null], ["w", "y", 1]]';
    const other = '\n1 invoke txn [["w", "y", 2]]';
    expect(objectsOf(failed + other).map(([key]) => key)).toEqual(["x", "y"]);
    expect(objectsOf(unknownRead + other).map(([key]) => key)).toEqual(["x", "y"]);
    expect(objectsOf(unknownWrite + other).map(([key]) => key)).toEqual([["x", "y"]]);
  });

  test("those on no key are an object of their own", () => {
    expect(objectsOf('0 invoke txn []\n1 invoke txn [["w", "x", 1]]')).toEqual([
      [[], [0]],
      ["x", [1]],
    ]);
  });

  const recorded = history(`
    0 invoke txn [["w", "x", 1], ["w", "y", 1]]
    0 ok txn [["w", "x", 1], ["w", "y", 1]]
    1 invoke txn [["r", "z", null]]
    1 ok txn [["r", "z", 7]]
    0 invoke txn [["r", "y", null]]
    0 ok txn [["r", "y", 1]]
  `);

  test("the certificate says so, and initial values count where they belong", () => {
    const { valid, certificate } = check(recorded, { model: "multi-register", initial: { z: 7 } });
    expect(valid).toBe(true);
    const expected: LinearizationCertificate = {
      kind: "linearization",
      model: "multi-register",
      partitions: [
        { key: ["x", "y"], order: [0, 4] },
        { key: "z", order: [2] },
      ],
    };
    expect(certificate).toEqual(expected);
    const model = modelNamed("multi-register", { z: 7 });
    expect(verifyLinearization(recorded, expected, { model })).toBeUndefined();
    expect(verifyLinearization(recorded, expected, { model: modelNamed("multi-register") })).toContain(
      'key "z": operation 2',
    );
  });

  test("the counterexample names the object and holds the state of its keys only", () => {
    const { valid, anomalies } = check(recorded, { model: "multi-register", initial: { x: 0, z: 1 } });
    expect(valid).toBe(false);
    const evidence = anomalies[0]?.evidence as NonlinearizableEvidence;
    expect(evidence).toMatchObject({ key: "z", operation: 2, verified: true });
    expect(evidence.paths[0]?.refused[0]?.state).toBe('{"z": 1}');
  });
});
