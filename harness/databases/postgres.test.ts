import { describe, expect, test } from "vitest";

import { postgresDialect } from "../../systems/databases/postgres/dialect.ts";
import { postgres } from "../../systems/databases/postgres/postgres.ts";
import { crowded, judgedRun, typesOf } from "../testing/judged-run.ts";

const missing = await postgres.missing?.();
if (missing !== undefined) process.stderr.write(`tests of PostgreSQL are skipped: ${missing}\n`);

describe.skipIf(missing !== undefined)("what PostgreSQL's manual says of its isolation levels shows", () => {
  test("write skew at repeatable read, which is snapshot isolation", async () => {
    const verdict = await judgedRun({
      system: "postgres",
      workload: "list-append",
      systemSettings: { "isolation-level": "repeatable-read" },
      settings: { ...crowded, level: "serializable" },
    });
    expect(verdict.valid).toBe(false);
    expect(typesOf(verdict)).toContain("G2-item");
    expect(typesOf(verdict)).not.toContain("G-single");
  });

  test("write skew on rows looked for at repeatable read", async () => {
    const verdict = await judgedRun({
      system: "postgres",
      workload: "write-skew",
      systemSettings: { "isolation-level": "repeatable-read" },
    });
    expect(typesOf(verdict)).toContain("G2");
  });

  test("lost updates at read committed", async () => {
    const verdict = await judgedRun({
      system: "postgres",
      workload: "list-append",
      systemSettings: { "isolation-level": "read-committed" },
      settings: { ...crowded, level: "snapshot-isolation" },
    });
    expect(verdict.valid).toBe(false);
    expect(typesOf(verdict)).toContain("lost-update");
  });

  test.each(["list-append", "write-skew", "bank", "predicate"])(
    "none of it at serializable: %s",
    async (workload) => {
      const verdict = await judgedRun({ system: "postgres", workload, seconds: 3 });
      expect(verdict.anomalies).toEqual([]);
      expect(verdict.valid).toBe(true);
    },
  );

  test.each(["repeatable-read", "read-committed"])("%s keeps what it promises", async (level) => {
    const verdict = await judgedRun({
      system: "postgres",
      workload: "list-append",
      seconds: 2,
      systemSettings: { "isolation-level": level },
      settings: crowded,
    });
    expect(verdict.valid).toBe(true);
  });

  test("killed, paused, ended and cut off, it loses nothing and stays linearizable", async () => {
    const verdict = await judgedRun({
      system: "postgres",
      workload: "register",
      seconds: 8,
      rate: 200,
      interval: 1.5,
      faults: ["partition", "reset", "kill", "terminate", "pause"],
    });
    expect(verdict.anomalies).toEqual([]);
    expect(verdict.valid).toBe(true);
  });
});

describe.skipIf(missing !== undefined)("a primary of PostgreSQL and its standby", () => {
  const followed = { system: "postgres", nodes: 2, interval: 2, rate: 200 } as const;
  const level = { "isolation-level": "repeatable-read" };

  test("reads on the standby are stale, and of a snapshot nevertheless", async () => {
    const run = {
      ...followed,
      workload: "list-append",
      seconds: 6,
      faults: ["partition"],
      systemSettings: level,
    };
    const verdict = await judgedRun({ ...run, settings: { level: "strong-snapshot-isolation" } });
    expect(typesOf(verdict)).toContain("G-single-realtime");
    expect((await judgedRun({ ...run, settings: { level: "ansi-snapshot-isolation" } })).valid).toBe(true);
  }, 180_000);

  // The seed cuts the standby off two seconds into the run, and has it take the primary's place soon afterwards.
  const cutAndPromoted = { ...followed, seed: "2", seconds: 8, faults: ["failover", "partition"] } as const;

  test("what was acknowledged is lost when the primary dies, unless commits wait for the standby", async () => {
    const run = {
      ...cutAndPromoted,
      workload: "list-append",
      settings: { level: "strong-snapshot-isolation" },
    };
    const onPrimary = { ...level, clients: "primary" };
    const lost = await judgedRun({ ...run, systemSettings: onPrimary });
    expect(lost.valid).toBe(false);
    expect(typesOf(lost).some((type) => type === "incompatible-order" || type.startsWith("G0"))).toBe(true);
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
