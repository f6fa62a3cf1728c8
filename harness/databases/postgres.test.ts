import { describe, expect, test } from "vitest";

import { postgresDialect } from "../../systems/databases/postgres/dialect.ts";
import { postgres } from "../../systems/databases/postgres/postgres.ts";
import { findingRun, crowded, judged, judgedRun, recordedRun, typesOf } from "../testing/judged-run.ts";

const missing = await postgres.missing?.();
if (missing !== undefined) process.stderr.write(`tests of PostgreSQL are skipped: ${missing}\n`);

const postgresRun = { system: "postgres", seconds: 1 } as const;
const at = (level: string) => ({ "isolation-level": level });
const isolation = (level: string) => ({ checker: "isolation", level });

describe.skipIf(missing !== undefined)("what PostgreSQL's manual says of its isolation levels shows", () => {
  test("repeatable read is snapshot isolation: write skew, and nothing worse", async () => {
    const { history } = await recordedRun({
      ...postgresRun,
      workload: "list-append",
      systemSettings: at("repeatable-read"),
      settings: crowded,
    });
    const verdict = judged(history, isolation("serializable"));
    expect(verdict.valid).toBe(false);
    expect(typesOf(verdict)).toContain("G2-item");
    expect(typesOf(verdict)).not.toContain("G-single");
    expect(judged(history, isolation("snapshot-isolation")).valid).toBe(true);
  });

  test("write skew on rows looked for at repeatable read", async () => {
    const verdict = await judgedRun({
      ...postgresRun,
      workload: "write-skew",
      systemSettings: at("repeatable-read"),
    });
    expect(verdict.valid).toBe(false);
    expect(typesOf(verdict)).toContain("G2");
  });

  test("lost updates at read committed, which keeps what it promises", async () => {
    const { history } = await recordedRun({
      ...postgresRun,
      workload: "list-append",
      systemSettings: at("read-committed"),
      settings: { ...crowded, keyCount: 2, minTransactionLength: 4 },
    });
    const verdict = judged(history, isolation("snapshot-isolation"));
    expect(verdict.valid).toBe(false);
    expect(typesOf(verdict)).toContain("lost-update");
    expect(judged(history, isolation("read-committed")).valid).toBe(true);
  });

  test.each(["list-append", "write-skew", "bank", "predicate"])(
    "none of it at serializable: %s",
    async (workload) => {
      // Predicates are dear to judge.
      const rate = workload === "predicate" ? 250 : 500;
      const settings = workload === "list-append" ? crowded : {};
      const verdict = await judgedRun({ ...postgresRun, workload, rate, settings });
      expect(verdict.anomalies).toEqual([]);
      expect(verdict.valid).toBe(true);
    },
  );

  test.each(["set", "counter", "unique-ids", "queue", "lock"])(
    "read committed is enough for what changes a row by one statement, or locks it before: %s",
    async (workload) => {
      const verdict = await judgedRun({ ...postgresRun, workload, systemSettings: at("read-committed") });
      expect(verdict.anomalies).toEqual([]);
      expect(verdict.valid).toBe(true);
    },
  );

  test("killed, paused, ended and cut off, it loses nothing and stays linearizable", async () => {
    const { history, checks } = await recordedRun({
      ...postgresRun,
      workload: "register",
      seconds: 4,
      rate: 200,
      interval: 0.6,
      faults: ["partition", "reset", "kill", "terminate", "pause"],
    });
    const [verdict] = checks.map((check) => judged(history, check));
    expect(verdict?.anomalies).toEqual([]);
    expect(verdict?.valid).toBe(true);
  });
});

describe.skipIf(missing !== undefined)("a primary of PostgreSQL and its standby", () => {
  const followed = { ...postgresRun, nodes: 2, interval: 0.5, rate: 200, seconds: 2 } as const;

  test("reads on the standby are stale, and of a snapshot nevertheless", async () => {
    const { history } = await recordedRun({
      ...followed,
      workload: "list-append",
      faults: ["partition"],
      systemSettings: at("repeatable-read"),
    });
    const verdict = judged(history, isolation("strong-snapshot-isolation"));
    expect(verdict.valid).toBe(false);
    expect(typesOf(verdict)).toContain("G-single-realtime");
    expect(judged(history, isolation("ansi-snapshot-isolation")).valid).toBe(true);
  });

  test("a commit that waits for the standby shows there first, and one that does not wait shows here first: a long fork", async () => {
    // Whether two readers meet the two writes in between depends on who is how fast.
    const { history, verdict } = await findingRun(["5", "6", "7", "8", "9", "10"], {
      ...followed,
      workload: "long-fork",
      faults: ["latency"],
      settings: { groupSize: 8 },
      systemSettings: { ...at("repeatable-read"), replication: "mixed" },
    });
    expect(typesOf(verdict)).toContain("long-fork");
    const snapshots = judged(history, isolation("snapshot-isolation"));
    expect(snapshots.valid).toBe(false);
    // The shortest cycle may take in more transactions than the two writes and the two reads.
    expect(typesOf(snapshots).some((type) => type === "long-fork" || type === "G-nonadjacent")).toBe(true);
    expect(judged(history, isolation("parallel-snapshot-isolation")).valid).toBe(true);
  });

  // The seed cuts the standby off before it takes the place of the primary.
  const cutAndPromoted = { ...followed, seed: "2", interval: 1, seconds: 2.5, rate: 300 } as const;

  test("what was acknowledged is lost when the primary dies, unless commits wait for the standby", async () => {
    const run = {
      ...cutAndPromoted,
      workload: "set",
      faults: ["failover", "partition"],
    };
    const onPrimary = { ...at("repeatable-read"), clients: "primary" };
    const lost = await judgedRun({ ...run, systemSettings: onPrimary });
    expect(lost.valid).toBe(false);
    expect(typesOf(lost)).toContain("lost");
    const kept = await judgedRun({ ...run, systemSettings: { ...onPrimary, replication: "synchronous" } });
    expect(kept.anomalies).toEqual([]);
    expect(kept.valid).toBe(true);
  }, 180_000);
});

describe("an error of COMMIT in PostgreSQL", () => {
  const error = (code: string): Error => Object.assign(new Error(code), { code, severity: "ERROR" });
  test.each(["40001", "40P01", "23505", "25P02"])("%s says that nothing was committed", (code) => {
    expect(postgresDialect.refusedCommit(error(code))).toBe(true);
  });
  test.each(["40003", "57P01", "57P02", "08006", "08007", "53100", "XX000", "ECONNRESET"])(
    "%s leaves it open",
    (code) => {
      expect(postgresDialect.refusedCommit(error(code))).toBe(false);
    },
  );
});
