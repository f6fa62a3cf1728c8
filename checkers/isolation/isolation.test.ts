import { describe, expect, it } from "vitest";

import { UsageError } from "../../histories/errors.ts";
import { isJsonObject, type Json } from "../../histories/json.ts";
import type { Verdict } from "../verdict.ts";
import { checkIsolation, isolation, type IsolationOptions } from "./isolation.ts";
import { transactionHistory as history } from "./testing/notation.ts";

const check = (text: string, options: IsolationOptions = {}): Verdict =>
  checkIsolation(history(text), options);
const detail = ({ details }: Verdict, name: string): Json | undefined =>
  isJsonObject(details) ? details[name] : undefined;
const evidence = ({ anomalies }: Verdict, number = 0): Record<string, Json> => {
  const plain: unknown = JSON.parse(JSON.stringify(anomalies[number]?.evidence ?? {}));
  return isJsonObject(plain) ? plain : {};
};

const writeSkew = `
  0 begins: rx wy1
  1 begins: ry wx1
  0 ends: rx_ wy1 | ok
  1 ends: ry_ wx1 | ok
`;
const longFork = `
  0 begins: ax1
  1 begins: ay1
  2 begins: rx ry
  3 begins: rx ry
  0 ends: ax1 | ok
  1 ends: ay1 | ok
  2 ends: rx[1] ry[] | ok
  3 ends: rx[] ry[1] | ok
`;
const lostUpdate = `
  0 begins: rx wx1
  1 begins: rx wx2
  0 ends: rx_ wx1 | ok
  1 ends: rx_ wx2 | ok
`;

describe("a healthy history", () => {
  const serial = check(`
    0: ax1 ry[]
    1: rx[1] ay2
    0: rx[1] ry[2]
  `);

  it("is of every level, with one decision and a verified execution", () => {
    expect(serial.valid).toBe(true);
    expect(detail(serial, "strongest")).toEqual(["strict-serializable"]);
    expect(serial.statistics["decisions"]).toBe(1);
    expect(serial.verified).toBe(true);
    expect(serial.certificate).toMatchObject({
      kind: "executions",
      executions: [{ level: "strict-serializable", commits: [0, 2, 4], verified: true }],
    });
  });

  it("is told to be weak evidence where nothing was concurrent", () => {
    expect(serial.notes?.join()).toContain("No two transactions were concurrent");
  });
});

describe("no evidence", () => {
  it("is a history in which nothing was read", () => {
    expect(check("0: wx1\n1: wx2")).toMatchObject({
      valid: "unknown",
      reason: "no evidence: nothing was read",
    });
  });

  it("is a history in which nothing committed", () => {
    expect(check("0: wx1 | fail\n1: rx | info")).toMatchObject({
      valid: "unknown",
      reason: "no evidence: no transaction committed",
    });
  });
});

describe("what is asked for", () => {
  it("decides the verdict", () => {
    expect(check(writeSkew, { level: "snapshot-isolation" }).valid).toBe(true);
    expect(check(writeSkew, { level: "serializable" }).valid).toBe(false);
    expect(check(writeSkew, { level: "snapshot-isolation,PL-3" }).valid).toBe(false);
    expect(check(writeSkew).valid).toBe(false);
  });

  it("bounds what is looked at", () => {
    const verdict = check(writeSkew, { level: "PL-SI" });
    expect(detail(verdict, "asked")).toEqual({ "PL-SI": true });
    expect(detail(verdict, "levels")).not.toHaveProperty("serializable");
    expect(detail(verdict, "levels")).toHaveProperty("read-atomic", true);
    expect(verdict.statistics["decisions"]).toBe(1);
  });

  it("is refused at once where nobody knows it", () => {
    expect(() => isolation({ level: "serialisable" })).toThrow(UsageError);
  });
});

describe("a violation", () => {
  it("names the strongest levels that hold and the weakest that are broken", () => {
    const verdict = check(writeSkew);
    expect(detail(verdict, "strongest")).toEqual(["strong-snapshot-isolation"]);
    expect(detail(verdict, "weakestViolated")).toEqual([
      "update-serializable",
      "repeatable-read",
      "view-serializable",
    ]);
  });

  it("is explained by a cycle whose edges were found again, and shrunk", () => {
    const verdict = check(`
      5: wz1
      ${writeSkew}
      5: rz1
    `);
    expect(verdict.anomalies.map(({ type }) => type)).toEqual(["G2-item"]);
    expect(verdict.anomalies[0]?.explanation).toBe(
      "T1 and T2 each read what the other then changed: run one after the other, in either order, one of them would have read something else (write skew). " +
        "T1 came before T2: T1 read x = null, its initial value, which T2 replaced by 1. " +
        "T2 came before T1: T2 read y = null, its initial value, which T1 replaced by 1. " +
        "So each would have to come before itself.",
    );
    expect(evidence(verdict)).toMatchObject({
      kind: "dependency-cycle",
      alsoKnownAs: ["write-skew", "G-update"],
      cycle: [
        { from: 2, to: 3, kind: "rw", key: "x", operations: [4, 5] },
        { from: 3, to: 2, kind: "rw", key: "y", operations: [4, 5] },
      ],
      shrunk: [2, 3],
      verified: true,
    });
  });

  it.each([
    [
      "long-fork",
      longFork,
      "T3 and T4 saw the independent writes of T1 and T2 in opposite orders (long fork).",
    ],
    [
      "fractured-read",
      `
        0 begins: ax1 ay1
        1 begins: rx ry
        0 ends: ax1 ay1 | ok
        1 ends: rx[1] ry[] | ok
      `,
      "T2 saw one part of what T1 did and missed another (read skew, fractured read).",
    ],
    [
      "G1c",
      `
        0 begins: ax1 ry
        1 begins: ay1 rx
        0 ends: ax1 ry[1] | ok
        1 ends: ay1 rx[1] | ok
      `,
      "T1 and T2 each saw what the other wrote: information flowed in a circle.",
    ],
    [
      "G0",
      `
        0 begins: ax1 ay1
        1 begins: ax2 ay2
        0 ends: ax1 ay1 | ok
        1 ends: ax2 ay2 | ok
        2: rx[1,2] ry[2,1]
      `,
      "T1 and T2 overwrote each other's writes in opposite orders (dirty write).",
    ],
    [
      "G-single-realtime",
      `
        0: ax1
        1: rx[]
      `,
      "T2 read an old version of x: T1 had replaced it before T2 began (stale read).",
    ],
    [
      "G-single-process",
      `
        0: ax1
        0: rx[]
      `,
      "T2 read an old version of x: T1 had replaced it before T2 began (stale read).",
    ],
    [
      "lost-update",
      lostUpdate,
      "T1 and T2 each read x = null and then changed it, without the change of the other",
    ],
    [
      "G1a",
      "0: ax1 | fail\n1: rx[1]",
      "T2 read x = [1], but the append of 1 to x is T1's, which was rolled back",
    ],
    ["G1b", "0: ax1 ax2\n1: rx[1]", "T2 read x = [1], the half-finished append of 1 to x of T1"],
    [
      "internal",
      "0: wx1 rx2\n1: wx2",
      "T1 contradicts itself: it wrote 1 to x and then read x = 2 in the same transaction.",
    ],
    [
      "internal",
      "0: ax1\n1: rx[1] ax2 ax3 rx[1,4,2,3] rx[1,4,2,3]\n2: ax4",
      "T1 contradicts itself: it read x = [1] and then read x = [1 4 2 3] in the same transaction, though in between it appended only 2 and 3.",
    ],
    ["never-written", "0: rx7", "T1 read x = 7, yet nobody ever wrote that."],
    [
      "duplicate-elements",
      "0: ax1\n1: rx[1,1]",
      "1 in it twice (places 1 and 2), though it was appended once",
    ],
    [
      "incompatible-order",
      "0: ax1\n1: ax2\n2: rx[1,2]\n3: rx[2,1]",
      "the two disagree about the order of the elements, from place 1 on",
    ],
  ])("%s is found and told", (type, text, told) => {
    const verdict = check(text);
    expect(verdict.valid).toBe(false);
    expect(detail(verdict, "anomalyTypes")).toContain(type);
    expect(verdict.anomalies.map(({ explanation }) => explanation).join("\n")).toContain(told);
  });

  it("tells once of a transaction that reads a key again and again, and not what it had first read", () => {
    const verdict = check("0: ax1\n1: rx[1] ax2 rx[1,4,2] rx[1,4,2]\n2: ax4");
    expect(verdict.anomalies.filter(({ type }) => type === "internal")).toHaveLength(1);
  });

  it("is a lost update whichever version came first, and says why", () => {
    const verdict = check(`
      0 begins: rx wx1
      1 begins: rx wx2
      0 ends: rx_ wx1 | ok
      1 ends: rx_ wx2 | ok
      2: rx2
    `);
    expect(detail(verdict, "weakestViolated")).toContain("cursor-stability");
    expect(detail(verdict, "anomalyTypes")).toContain("lost-update");
  });

  it("is told in the words of each formalism", () => {
    const told = (formalism: IsolationOptions["formalism"]): string =>
      JSON.stringify(
        evidence(check(longFork, { level: "si", ...(formalism === undefined ? {} : { formalism }) }))[
          "formalism"
        ],
      );
    expect(told("adya")).toContain("T1 --wr(x)--> T3 --rw(y)--> T2 --wr(y)--> T4 --rw(x)--> T1");
    expect(told("crooks")).toContain("the read states of r(x, [1]) start at s(T1)");
    expect(told("cerone")).toContain("PREFIX");
    expect(told(undefined)).toBeUndefined();
  });
});

describe("conditions of single operations", () => {
  it("come with a verified execution where they are a level, and else say that they have none", () => {
    const text = "0: wx1\n1: rx1";
    const linearizable = check(text, { level: "linearizable,sequential" });
    expect(linearizable).toMatchObject({ valid: true, verified: true });
    expect(linearizable.certificate).toMatchObject({
      executions: [{ level: "strict-serializable", commits: [0, 2], verified: true }],
    });
    expect(detail(linearizable, "evidence")).toEqual({ linearizable: "execution", sequential: "execution" });
    const causal = check(text, { level: "causal" });
    expect(causal.valid).toBe(true);
    expect(causal.certificate).toBeUndefined();
    expect(detail(causal, "evidence")).toEqual({ causal: "decision-procedure" });
    expect(causal.notes?.join()).toContain("causal holds rests on the decision procedure alone");
  });

  it("are open where transactions have several", () => {
    expect(check(writeSkew, { level: "linearizable" })).toMatchObject({
      valid: "unknown",
      reason: expect.stringContaining("condition of single operations") as string,
    });
  });

  it.each([
    ["linearizable", "0: wx1\n1: rx_", false],
    ["sequential", "0: wx1\n1: rx_", true],
    ["sequential", "0: wx1\n0: rx_", false],
    ["read-your-writes", "0: wx1\n0: rx_", false],
    ["monotonic-reads", "0: wx1\n0: rx_", true],
    ["monotonic-reads", "0: wx1\n1: rx1\n1: rx_", false],
    ["writes-follow-reads", "0: wx1\n1: rx1\n1: rx_", true],
    ["monotonic-writes", "0: ax1\n0: ax2\n1: rx[2,1]", false],
    // A circle: 2 is before the 1 of y, which is before the 1 of x, which is before 2.
    ["writes-follow-reads", "0: rx[1,2]\n0: ay1\n1: ry[1]\n1: ax1\n2: ax2", false],
    ["monotonic-writes", "0: rx[1,2]\n0: ay1\n1: ry[1]\n1: ax1\n2: ax2", true],
    // Two stores in which the writes arrive in different orders.
    ["PRAM", "0: wx1\n1: wx2\n2: rx1\n2: rx2\n3: rx2\n3: rx1", true],
    ["causal", "0: wx1\n1: wx2\n2: rx1\n2: rx2\n3: rx2\n3: rx1", true],
    ["sequential", "0: wx1\n1: wx2\n2: rx1\n2: rx2\n3: rx2\n3: rx1", false],
    // What 1 wrote followed what it read.
    ["causal", "0: wx1\n1: rx1\n1: wy1\n2: ry1\n2: rx_", false],
    ["PRAM", "0: wx1\n1: rx1\n1: wy1\n2: ry1\n2: rx_", true],
    ["PRAM", "0: wx1\n0: wy1\n1: ry1\n1: rx_", false],
  ])("%s of %j is %s", (level, text, valid) => {
    expect(check(text, { level }).valid).toBe(valid);
  });
});
