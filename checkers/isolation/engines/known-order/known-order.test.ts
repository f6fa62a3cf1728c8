import { describe, expect, test } from "vitest";
import type { Edge } from "../../decision.ts";
import { levels } from "../../lattice.ts";
import type { LevelName, Strength } from "../../levels.ts";
import { nameOf } from "../../names.ts";
import type { Reading } from "../../reading.ts";
import { Never } from "../../transactions.ts";
import { readingOf, type Described } from "../testing/readings.ts";
import { knownOrder } from "./known-order.ts";

/**
 * A transaction a line: session, begin–end, and operations: `x1` writes the version 1 of x, `rx0` reads its initial version, `ry2` the version 2
 * of y. Versions of a key follow one another by their numbers; those with a `?` (`x?7`) come in no known order, after all others.
 */
function reading(...lines: readonly string[]): Reading {
  const keys: string[] = [];
  const numberOf = (key: string): number => {
    if (!keys.includes(key)) keys.push(key);
    return keys.indexOf(key);
  };
  const writers = new Map<string, number>();
  const known = new Map<number, [version: number, node: number][]>();
  const parsed = lines.map((line, i) => {
    const [session, span, ...operations] = line.split(" ");
    const [begin, end] = span!.split("-").map(Number);
    for (const operation of operations) {
      const [, key, loose, version] = /^([a-z])(\??)(\d+)$/.exec(operation) ?? [];
      if (key === undefined) continue;
      writers.set(`${key}${version}`, i + 1);
      const order = known.get(numberOf(key)) ?? [];
      if (loose === "") order.push([Number(version), i + 1]);
      known.set(numberOf(key), order);
    }
    return { session: Number(session!.slice(1)), begin: begin!, end: end === 0 ? Never : end!, operations };
  });
  const all = parsed.map(({ operations, ...rest }): Described => ({
    ...rest,
    operations: operations.map((operation) => {
      const [, read, key, version] = /^(r?)([a-z])\??(\d+)$/.exec(operation)!;
      if (read === "") return { write: numberOf(key!) };
      return { read: numberOf(key!), from: [version === "0" ? 0 : writers.get(`${key}${version}`)!] };
    }),
  }));
  const orders = new Map(
    Array.from(known, ([key, order]) => [key, order.toSorted((a, b) => a[0] - b[0]).map(([, node]) => node)]),
  );
  return readingOf(all, keys.length, orders);
}

const shown = (cycle: readonly Edge[]): string =>
  cycle.map(({ from, kind, to }) => `${from}-${kind}-${to}`).join(" ");

function decide(of: Reading, name: LevelName, strength: Strength = "plain"): unknown {
  const decision = knownOrder.decide(of, { name, strength }, {});
  if (decision === undefined) return undefined;
  if (decision.valid === false && "cycle" in decision) return shown(decision.cycle);
  return decision.valid;
}

/** The levels that hold, by name. */
function held(of: Reading): string[] {
  return levels.filter((level) => knownOrder.decide(of, level, {})?.valid === true).map(nameOf);
}

describe("a cycle of each kind is found, as short as it can be", () => {
  test("write skew", () => {
    const skew = reading("s0 0-2 rx0 ry0 x1", "s1 1-3 rx0 ry0 y1");
    expect(decide(skew, "serializable")).toBe("1-rw-2 2-rw-1");
    expect(decide(skew, "update-serializable")).toBe("1-rw-2 2-rw-1");
    expect(decide(skew, "snapshot-isolation", "strong")).toBe(true);
  });

  test("a long fork", () => {
    const fork = reading("s0 0-9 x1", "s1 1-9 y1", "s2 2-9 rx1 ry0", "s3 3-9 rx0 ry1");
    expect(decide(fork, "snapshot-isolation")).toBe("3-rw-2 2-wr-4 4-rw-1 1-wr-3");
    expect(decide(fork, "prefix-consistency")).toBe("3-rw-2 2-wr-4 4-rw-1 1-wr-3");
    expect(decide(fork, "parallel-snapshot-isolation")).toBe(true);
  });

  test("a lost update", () => {
    const lost = reading("s0 0-2 rx0 x1", "s1 1-3 rx0 x2");
    expect(decide(lost, "cursor-stability")).toBe("1-ww-2 2-rw-1");
    expect(decide(lost, "update-atomic")).toBe("1-ww-2 2-rw-1");
    expect(decide(lost, "prefix-consistency", "strong-session")).toBe(true);
  });

  test("a fractured read", () => {
    const older = reading("s0 0-9 x1 y1", "s1 1-9 rx0 ry1");
    expect(decide(older, "read-atomic")).toBe("1-wr-2 2-rw-1");
    // What was read before cannot be blamed on what was read later.
    expect(decide(older, "monotonic-atomic-view")).toBe(true);
    expect(decide(reading("s0 0-9 x1 y1", "s1 1-9 ry1 rx0"), "monotonic-atomic-view")).toBe("1-wr-2 2-rw-1");
  });

  test("a path that a transaction read back over", () => {
    const back = reading("s0 0-9 x1", "s1 1-9 rx1 y1", "s2 2-9 ry1 rx0");
    expect(decide(back, "monotonic-view")).toBe("3-rw-1 1-wr-2 2-wr-3");
    expect(decide(back, "read-atomic")).toBe(true);
    expect(decide(back, "causal-consistency")).toBe("3-rw-1 1-wr-2 2-wr-3");
  });

  test("what was overwritten in two orders, and what was read in a circle", () => {
    expect(decide(reading("s0 0-9 x1 y2", "s1 1-9 y1 x2"), "read-uncommitted")).toBe("1-ww-2 2-ww-1");
    expect(decide(reading("s0 0-9 x1 ry1", "s1 1-9 y1 rx1"), "read-committed")).toBe("1-wr-2 2-wr-1");
  });

  test("a shorter cycle is found after a longer one", () => {
    const ring = ["s0 0-9 ra0 d1", "s1 1-9 a1 rb0", "s2 2-9 b1 rc0", "s3 3-9 c1 rd0 re0 g1"];
    expect(decide(reading(...ring), "serializable")).toBe("1-rw-2 2-rw-3 3-rw-4 4-rw-1");
    const both = reading(...ring, "s4 4-9 e1 rf0", "s5 5-9 f1 rg0");
    expect(decide(both, "serializable")).toBe("4-rw-5 5-rw-6 6-rw-4");
  });

  test("readers who only together see what no order explains, and one who alone does", () => {
    const together = reading("s0 0-9 x1", "s1 1-9 y1", "s2 2-9 rx1 ry0", "s3 3-9 rx0 ry1");
    expect(decide(together, "update-serializable")).toBe(true);
    expect(decide(together, "serializable")).toBe("1-wr-3 3-rw-2 2-wr-4 4-rw-1");
    const alone = reading("s0 0-9 rx0 ry0 x1", "s1 1-9 ry0 y1", "s2 2-9 rx0 ry1");
    expect(decide(alone, "update-serializable")).toBe("3-rw-1 1-rw-2 2-wr-3");
    expect(decide(alone, "snapshot-isolation")).toBe(true);
  });
});

describe("strengths", () => {
  test("a stale read of one's own session, and of real time", () => {
    const stale = reading("s0 0-1 x1", "s0 2-3 rx0", "s1 4-5 rx0");
    expect(decide(stale, "serializable")).toBe(true);
    expect(decide(stale, "read-atomic", "strong-session")).toBe("1-so-2 2-rw-1");
    expect(decide(reading("s0 0-1 x1", "s1 2-3 rx0"), "serializable", "strong-session")).toBe(true);
    expect(decide(reading("s0 0-1 x1", "s1 2-3 rx0"), "serializable", "strong")).toBe("2-rw-1 1-rt-2");
  });

  test("one edge of a session passes over all that came between", () => {
    const far = reading("s0 0-1 x1", "s0 2-3 y1", "s0 4-5 y2", "s0 6-7 rx0");
    expect(decide(far, "serializable", "strong-session")).toBe("4-rw-1 1-so-4");
  });

  test("an outcome that is unknown is over at no time", () => {
    expect(decide(reading("s0 0-0 x1", "s1 2-3 rx0"), "serializable", "strong")).toBe(true);
  });

  test("one that was followed in its session by one that was over, was over by then", () => {
    const followed = reading("s0 0-0 x1", "s0 1-2", "s1 3-4 rx0");
    expect(decide(followed, "update-atomic", "strong")).toBe(true);
    expect(decide(followed, "cursor-stability", "strong")).toBe("1-so-2 2-rt-3 3-rw-1");
    expect(decide(followed, "read-atomic", "strong")).toBe(true);
  });

  test("snapshots may be old under ANSI snapshot isolation, commits may not be out of order", () => {
    expect(decide(reading("s0 0-1 x1", "s1 2-3 rx0"), "ansi-snapshot-isolation")).toBe(true);
    expect(decide(reading("s0 0-1 x2", "s1 2-3 x1"), "ansi-snapshot-isolation")).toBe("2-ww-1 1-rt-2");
    expect(decide(reading("s0 0-1 x2", "s1 2-3 x1"), "snapshot-isolation")).toBe(true);
  });
});

describe("loose versions", () => {
  test("an order is found for appends that nobody read", () => {
    const loose = reading("s0 0-1 x1", "s1 0-9 rx1 x?2", "s2 3-4 x?3 y1", "s3 5-6 rx1");
    expect(decide(loose, "serializable")).toBe(true);
    expect(held(loose)).toContain("snapshot-isolation");
  });

  test("who read the last version and wrote the next comes first, where nobody may overwrite unseen", () => {
    const one = reading("s0 0-1 rx0 x?1 y1", "s1 2-3 x?2 ry0");
    const decision = knownOrder.decide(one, { name: "parallel-snapshot-isolation", strength: "plain" }, {});
    expect(decision).toMatchObject({ valid: false });
    if (decision?.valid !== false || !("cycle" in decision)) return;
    expect(shown(decision.cycle)).toBe("2-rw-1 1-ww-2");
    expect(decision.cycle[1]!.because).toEqual([{ from: 1, to: 2, kind: "rw", key: 0 }]);
    expect(decide(one, "causal-consistency")).toBe(true);
  });

  test("what depends on their order is left to others", () => {
    // The third saw the second's y and not its x, so that the second's x came first, against all appearances.
    const open = reading("s0 0-5 x?1", "s1 1-9 x?2 y1", "s2 10-12 rx1 ry1");
    expect(decide(open, "serializable")).toBeUndefined();
    expect(decide(open, "read-committed", "strong")).toBe(true);
  });
});

test("a finding breaks what it breaks without a cycle, and nothing else", () => {
  const of = reading("s0 0-1 x1", "s1 2-3 rx1");
  const broken: Reading = {
    ...of,
    findings: [{ type: "internal", transactions: [0], operations: [0], key: 0 }],
  };
  expect(decide(broken, "serializable")).toBe("");
  expect(decide(broken, "read-committed")).toBe(true);
});

test("levels by name: everything holds of transactions that saw one another in order", () => {
  expect(held(reading("s0 0-1 x1", "s1 2-3 rx1 x2", "s0 4-5 rx2")).length).toBe(levels.length);
});
