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
