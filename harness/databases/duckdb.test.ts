import { describe, expect, test } from "vitest";

import { duckdb, duckdbDialect } from "../../systems/databases/duckdb/duckdb.ts";
import { EngineError } from "../../systems/databases/embedded/engine.ts";
import { EmbeddedSession } from "../../systems/databases/embedded/session.ts";
import { crowded, judged, judgedRun, recordedRun, typesOf } from "../testing/judged-run.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";

const missing = await duckdb.missing?.();
if (missing !== undefined) process.stderr.write(`tests of DuckDB are skipped: ${missing}\n`);

describe.skipIf(missing !== undefined)("DuckDB", () => {
  test("has write skew, and is snapshot isolation nevertheless", async () => {
    const skewed = new Set<string>();
    for (const seed of ["1", "2", "3", "4"]) {
      const { history } = await recordedRun({
        system: "duckdb",
        workload: "list-append",
        seed,
        seconds: 2,
        concurrency: 8,
        settings: crowded,
      });
      expect(judged(history, { checker: "isolation", level: "snapshot-isolation" }).anomalies).toEqual([]);
      for (const type of typesOf(judged(history, { checker: "isolation", level: "serializable" })))
        skewed.add(type);
      if (skewed.has("G2-item")) break;
    }
    expect([...skewed]).toContain("G2-item");
    expect([...skewed]).not.toContain("lost-update");
  }, 120_000);

  test("killed and paused, it loses nothing that was committed", async () => {
    const verdict = await judgedRun({
      system: "duckdb",
      workload: "list-append",
      seconds: 3,
      rate: 200,
      interval: 1,
      faults: ["kill", "pause"],
    });
    expect(verdict.anomalies).toEqual([]);
    expect(verdict.valid).toBe(true);
  });

  test("commits both an update of a row and its deletion by a transaction that has not seen it", async () => {
    const surroundings = await PlainSurroundings.open(["n1"]);
    try {
      const cluster = await duckdb.open(surroundings, {});
      await cluster.start("n1");
      const [updates, deletes] = await Promise.all([
        EmbeddedSession.open(surroundings.address("n1"), 5_000),
        EmbeddedSession.open(surroundings.address("n1"), 5_000),
      ]);
      await updates.run("INSERT INTO registers (k, v) VALUES ('x', 1)");
      await deletes.run("BEGIN TRANSACTION");
      expect((await deletes.run("SELECT v FROM registers WHERE k = 'x'")).rows).toEqual([{ v: "1" }]);
      await updates.run("UPDATE registers SET v = 2 WHERE k = 'x'");
      expect((await deletes.run("DELETE FROM registers WHERE k = 'x'")).count).toBe(1);
      await deletes.run("COMMIT");
      expect((await updates.run("SELECT v FROM registers WHERE k = 'x'")).rows).toEqual([]);
      for (const session of [updates, deletes]) session.close();
    } finally {
      await surroundings.close();
    }
  });
});

describe("an error of COMMIT in DuckDB", () => {
  const error = (message: string): EngineError => new EngineError("TransactionContext", message);

  test.each([
    'TransactionContext Error: Failed to commit: PRIMARY KEY or UNIQUE constraint violation: duplicate key "a"',
    "TransactionContext Error: Conflict on update!",
    "TransactionContext Error: Conflict on tuple deletion!",
  ])("%s: nothing was committed", (message) => {
    expect(duckdbDialect.refusedCommit(error(message))).toBe(true);
  });

  test.each([
    "TransactionContext Error: Failed to commit: IO Error: Could not fsync file",
    "FATAL Error: Failed: database has been invalidated because of a previous fatal error",
  ])("%s leaves it open", (message) => {
    expect(duckdbDialect.refusedCommit(error(message))).toBe(false);
  });
});
