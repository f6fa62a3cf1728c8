import { describe, expect, test } from "vitest";
import { judge } from "../testing/judge-text.ts";
import type { NonlinearizableEvidence } from "./evidence.ts";

describe("a history that is not linearizable", () => {
  test("tells a stale read, by whom it was overwritten and how long ago", () => {
    const verdict = judge(`
      0 invoke write 2 @0
      0 ok write 2 @1000000
      1 invoke write 4 @2000000
      1 ok write 4 @3000000
      3 invoke read @315000000
      3 ok read 2 @316000000
    `);
    expect(verdict.valid).toBe(false);
    expect(verdict.explanation).toBe(
      "Process 3 read 2, but 2 had been overwritten: process 1 wrote 4, acknowledged 312 ms before the read began.",
    );
    expect(verdict.evidence).toEqual({
      kind: "nonlinearizable",
      model: "register",
      engine: "zones",
      operation: 4,
      completion: 5,
      prefix: 6,
      shortest: true,
      pattern: "stale-read",
      against: 2,
      paths: [
        {
          before: 0,
          order: [0, 2],
          states: ["2", "4"],
          refused: [{ operation: 4, state: "4", reason: "the register held 4, not 2" }],
        },
      ],
      surroundings: { before: 0, order: [0, 2], states: ["2", "4"], refused: [] },
      allowed: [4],
      allowedComplete: true,
      staleness: { versions: 1, milliseconds: 312, by: 2 },
      current: [
        { value: 2, from: 1, to: 4 },
        { value: 4, from: 3, to: 2 },
      ],
      window: [],
      shrunk: [0, 1, 2, 3, 4, 5],
      refutation: {
        kind: "refutation",
        model: "register",
        pattern: "stale-read",
        until: 5,
        operations: [0, 2, 4],
      },
      verified: true,
    });
  });

  test("tells a value that nobody wrote", () => {
    expect(judge("0 invoke read\n0 ok read 9").explanation).toBe(
      "Process 0 read 9, but nothing had ever put 9 there.",
    );
  });

  test("tells a value that was written only later", () => {
    expect(
      judge(`
        0 invoke read
        0 ok read 9
        1 invoke write 9 @500
        1 ok write 9
      `).explanation,
    ).toBe(
      "Process 0 read 9, but 9 came only later: process 1 wrote 9, begun 0.50 µs after the read returned.",
    );
  });

  test("tells that of two writes at once the other came last, by who read it", () => {
    const verdict = judge(`
      0 invoke write 1
      1 invoke write 2
      0 ok write 1
      1 ok write 2
      2 invoke read
      2 ok read 1
      3 invoke read
      3 ok read 2
    `);
    expect(verdict.evidence?.allowed).toEqual([1]);
    expect(verdict.explanation).toBe(
      "Process 3 read 2, but 2 had been overwritten: process 2 read 1, which came after it, and returned " +
        "0.0010 µs before the read began.",
    );
    expect(verdict.evidence?.window).toEqual([]);
  });

  test("counts among the possible results what unknown operations may have done", () => {
    const verdict = judge(`
      1 invoke write 5
      1 info write 5
      2 invoke write 6
      2 info write 6
      0 invoke write 1
      0 ok write 1
      0 invoke read
      0 ok read 6
      0 invoke read
      0 ok read 9
    `);
    expect(verdict.evidence?.allowed).toEqual([5, 6]);
  });

  test("names the first operation that is impossible, not a later one", () => {
    const verdict = judge(`
      0 invoke read
      1 invoke write 1
      0 ok read 5
      1 ok write 1
      0 invoke read
      0 ok read 6
    `);
    expect(verdict.evidence).toMatchObject({ operation: 0, completion: 2, prefix: 3, window: [1] });
  });

  test("takes what is still in flight for unknown when it looks for the first impossible operation", () => {
    // When b comes out, the dequeue of process 1 may have taken a. That it returns c is the contradiction.
    const verdict = judge(
      `
      0 invoke enqueue "a"
      0 ok enqueue "a"
      0 invoke enqueue "b"
      0 ok enqueue "b"
      1 invoke dequeue
      2 invoke dequeue
      2 ok dequeue "b"
      1 ok dequeue "c"
    `,
      "fifo-queue",
    );
    expect(verdict.evidence).toMatchObject({ operation: 4, completion: 7, shortest: true });
  });

  test("shrinks to the operations that contradict one another, keeping the write of each value read", () => {
    const noise = Array.from({ length: 200 }, (_, i) => {
      const value = 100 + (i % 7);
      return `${i % 3} invoke write ${value}\n${i % 3} ok write ${value}\n3 invoke read\n3 ok read ${value}`;
    }).join("\n");
    const verdict = judge(`
      ${noise}
      0 invoke write 1
      0 ok write 1
      1 invoke write 2
      1 ok write 2
      ${noise}
      2 invoke read
      2 ok read 1
    `);
    const events = verdict.evidence?.shrunk ?? [];
    expect(events).toHaveLength(6);
    expect(events.slice(0, 2)).toEqual([800, 801]);
    expect(verdict.evidence?.verified).toBe(true);
    expect(verdict.anomalies[0]?.operations).toHaveLength(3);
  });

  test("shrinks a lock's history to what came after it was last free", () => {
    const verdict = judge(
      `
      ${"0 invoke acquire\n0 ok acquire\n0 invoke release\n0 ok release\n".repeat(50)}
      0 invoke acquire
      0 ok acquire
      1 invoke acquire
      1 ok acquire
    `,
      "mutex",
    );
    expect(verdict.evidence?.shrunk).toEqual([200, 201, 202, 203]);
    expect(verdict.explanation).toMatch(
      /^Process 1 acquired the lock, but process 0 acquired the lock, acknowledged .* before, and no release can have come in between\.$/,
    );
  });

  test("reports each object that fails, and only those", () => {
    const verdict = judge(`
      0 invoke read key="x"
      0 ok read 1 key="x"
      0 invoke read key="y"
      0 ok read null key="y"
      0 invoke read key="z"
      0 ok read 1 key="z"
    `);
    expect(verdict.anomalies.map(({ evidence }) => (evidence as NonlinearizableEvidence).key)).toEqual([
      "x",
      "z",
    ]);
    expect(verdict.explanation).toContain('on key "x"');
    expect(verdict.statistics).toMatchObject({ partitions: 3, decided: 3, failing: 2 });
  });

  test("explains the first 32 objects and counts the others", () => {
    const text = Array.from(
      { length: 40 },
      (_, key) => `0 invoke read key=${key}\n0 ok read 1 key=${key}`,
    ).join("\n");
    const verdict = judge(text);
    expect(verdict.anomalies).toHaveLength(32);
    expect(verdict.notes).toEqual(["8 more objects are not linearizable; the first 32 are explained."]);
  });
});
