import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "../../histories/builder.ts";
import type { History } from "../../histories/history.ts";
import { verifyContradiction } from "../certificates/contradiction.ts";
import type { NonlinearizableEvidence } from "./evidence.ts";
import { check } from "./linearizable.ts";
import { register } from "./models/register.ts";

/**
 * Three clients that write and read in turn, always overlapping the one before, and at the end a read of what was
 * there `stale` writes ago.
 */
function longHistory(writes: number, valueOf: (write: number) => number, stale: number): History {
  const builder = new HistoryBuilder();
  let time = 0;
  const add = (process: number, type: "invoke" | "ok", f: "read" | "write", value: number | null): void => {
    builder.add({ time: (time += 1000), process, type, f, value });
  };
  for (let write = 0; write < writes; write++) {
    add(write % 3, "invoke", "write", valueOf(write));
    if (write > 0) add((write - 1) % 3, "ok", "write", valueOf(write - 1));
  }
  add((writes - 1) % 3, "ok", "write", valueOf(writes - 1));
  add(3, "invoke", "read", null);
  add(3, "ok", "read", valueOf(writes - 1 - stale));
  return builder.build();
}

describe("a contradiction at the end of a long history", () => {
  test.each<[string, number, (write: number) => number]>([
    ["of distinct values", 220_000, (write) => write + 1],
    ["of seven values", 110_000, (write) => write % 7],
  ])("%s is told by its last operations", (_, writes, valueOf) => {
    const history = longHistory(writes, valueOf, 3);
    const [anomaly] = check(history, { model: "register" }).anomalies;
    const evidence = anomaly?.evidence as NonlinearizableEvidence;
    const last = history.length - 1;
    expect(evidence).toMatchObject({ operation: last - 1, completion: last, shortest: true, verified: true });
    expect(evidence.pattern).toBe("stale-read");
    expect(evidence.refutation?.operations.length).toBeLessThanOrEqual(6);
    expect(
      evidence.refutation === undefined
        ? "none"
        : verifyContradiction(history, evidence.refutation, { model: register() }),
    ).toBeUndefined();
    // Of the three writes since, the first overlaps the one that was read; the last two do not.
    expect(evidence.staleness?.versions).toBe(2);
    expect(anomaly?.explanation).toMatch(/ had been overwritten: process \d wrote \d+, acknowledged /);
  });

  test("shows the end of an order of the last operations, and says how many it leaves out", () => {
    const writes = 220_000;
    const history = longHistory(writes, (write) => write + 1, 3);
    const evidence = check(history, { model: "register" }).anomalies[0]?.evidence as NonlinearizableEvidence;
    const { surroundings, allowed } = evidence;
    expect(surroundings?.order).toHaveLength(64);
    expect(surroundings?.states.at(-1)).toBe(String(writes));
    expect((surroundings?.leftOut ?? 0) + (surroundings?.before ?? 0) + 64).toBe(writes);
    // What fits into that order need not fit into one of everything.
    expect(allowed).toBeUndefined();
  });
});
