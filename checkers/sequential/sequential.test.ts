import { describe, expect, test } from "vitest";
import { history } from "../../histories/testing/notation.ts";
import { verifySequentialOrder } from "../certificates/sequential.ts";
import { check } from "../linearizability/linearizable.ts";
import { register } from "../linearizability/models/register.ts";
import type { NonsequentialEvidence, SequentialCertificate } from "./evidence.ts";
import { checkSequential } from "./sequential.ts";

const stale = history(`
  0 invoke write 1
  0 ok write 1
  0 invoke write 2
  0 ok write 2
  1 invoke read
  1 ok read 1
`);

/** Two processes write a register each and see the other's as it was (Dekker; store buffering). */
const buffered = history(`
  0 invoke write 1 key="x"
  0 ok write 1 key="x"
  1 invoke write 1 key="y"
  1 ok write 1 key="y"
  0 invoke read key="y"
  0 ok read null key="y"
  1 invoke read key="x"
  1 ok read null key="x"
`);

describe("sequential consistency", () => {
  test("needs no real time: a stale read of another process is explained by an order", () => {
    expect(check(stale, { model: "register" }).valid).toBe(false);
    const verdict = checkSequential(stale, { model: "register" });
    expect(verdict.valid).toBe(true);
    expect(verdict.verified).toBe(true);
    expect(verdict.certificate).toEqual({ kind: "sequential-order", model: "register", order: [0, 4, 2] });
  });

  test("is not local: registers that are consistent each by itself need not be so together", () => {
    const verdict = checkSequential(buffered, { model: "register" });
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalies[0]?.operations).toEqual([0, 2, 4, 6]);
    expect(verdict.anomalies[0]?.explanation).toBe(
      "No single order explains what the processes saw. " +
        "operation 0 (process 0 wrote 1) came before operation 4 (process 0 read null) (process 0 did it first); " +
        "operation 4 (process 0 read null) came before operation 2 (process 1 wrote 1) (operation 4 (process 0 read null) saw a value that operation 2 (process 1 wrote 1) replaced); " +
        "operation 2 (process 1 wrote 1) came before operation 6 (process 1 read null) (process 1 did it first); " +
        "operation 6 (process 1 read null) came before operation 0 (process 0 wrote 1) (operation 6 (process 1 read null) saw a value that operation 0 (process 0 wrote 1) replaced): a circle.",
    );
    const evidence = verdict.anomalies[0]?.evidence as NonsequentialEvidence;
    expect(evidence.shrunk).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(evidence.verified).toBe(true);
  });

  test("a process reads its own writes, also without any other", () => {
    const forgotten = history("0 invoke write 1\n0 ok write 1\n0 invoke read\n0 ok read null");
    expect(checkSequential(forgotten, { model: "register" }).valid).toBe(false);
  });

  test("an operation of unknown outcome may take effect late, but not before those of its process", () => {
    const late = (first: string) =>
      history(`
        0 invoke read
        0 ok read ${first}
        0 invoke write 2
        0 info write 2
        1 invoke read
        1 ok read 2
        1 invoke write 1
        1 ok write 1
        1 invoke read
        1 ok read 2
      `);
    expect(checkSequential(late("null"), { model: "register" }).valid).toBe(false);
    expect(checkSequential(late("2"), { model: "register" }).valid).toBe(false);
    const once = history(
      "0 invoke write 2\n0 info write 2\n1 invoke read\n1 ok read null\n1 invoke read\n1 ok read 2",
    );
    expect(checkSequential(once, { model: "register" }).valid).toBe(true);
  });

  test("completions alone tell the order of each process", () => {
    const completions = history("0 ok write 1\n1 ok read 1\n1 ok read null");
    expect(checkSequential(completions, { model: "register" }).valid).toBe(false);
    const fine = history("0 ok write 1\n1 ok read null\n1 ok read 1");
    expect(checkSequential(fine, { model: "register" }).verified).toBe(true);
  });

  test("a budget that ends is told, with how far the search came", () => {
    const mutex = history(
      "0 invoke acquire\n0 ok acquire\n1 invoke acquire\n1 ok acquire\n1 invoke release\n1 ok release",
    );
    expect(checkSequential(mutex, { model: "mutex" }).valid).toBe(true);
    expect(checkSequential(mutex, { model: "mutex" }, { steps: 1 })).toMatchObject({
      valid: "unknown",
      reason: "budget of steps ended: the search found an order for 1 operations of 3",
    });
  });

  test("without a completed operation that could have failed there is no evidence", () => {
    expect(checkSequential(history("0 invoke write 1\n0 ok write 1"), { model: "register" })).toMatchObject({
      valid: "unknown",
      reason: "no evidence: no completed operation could have shown a violation",
    });
  });
});

describe("an order of all operations", () => {
  test.each<[string, readonly number[], string | undefined]>([
    ["holds", [0, 4, 2], undefined],
    ["turns a process round", [2, 0, 4], "operation 0 is placed after a later one of its process"],
    ["leaves an operation out", [0, 4], "operation 2 is not placed"],
    ["places one twice", [0, 0, 4, 2], "operation 0 is none, or is placed twice"],
    ["is not legal", [0, 2, 4], "operation 4 (read 1) is not admitted where it is placed"],
  ])("that %s is told", (_, order, problem) => {
    const certificate: SequentialCertificate = { kind: "sequential-order", model: "register", order };
    expect(verifySequentialOrder(stale, certificate, { model: register() })).toBe(problem);
  });
});
