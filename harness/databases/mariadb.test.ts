import { describe, expect, test } from "vitest";

import { mariadbDialect } from "../../systems/databases/mariadb/dialect.ts";
import { mariadb } from "../../systems/databases/mariadb/mariadb.ts";
import { crowded, judged, judgedRun, recordedRun, typesOf } from "../testing/judged-run.ts";

const missing = await mariadb.missing?.();
if (missing !== undefined) process.stderr.write(`tests of MariaDB are skipped: ${missing}\n`);

/** Transactions that come back to what they have read. */
const long = { keyDistribution: "uniform", minTransactionLength: 4, maxTransactionLength: 8 } as const;

const mariadbRun = { system: "mariadb", seconds: 1 } as const;

describe.skipIf(missing !== undefined)("MariaDB", () => {
  test("at repeatable read loses updates, sees what is not in its snapshot, and some writes of a transaction without others", async () => {
    const { history } = await recordedRun({
      ...mariadbRun,
      workload: "list-append",
      concurrency: 8,
      seconds: 2,
      settings: { keyCount: 3, ...long },
    });
    const verdict = judged(history, { checker: "isolation", level: "serializable" });
    expect(verdict.valid).toBe(false);
    for (const type of ["lost-update", "internal", "G-single"]) expect(typesOf(verdict)).toContain(type);
    expect(judged(history, { checker: "isolation", level: "read-atomic" }).valid).toBe(false);
  });

  test.each(["list-append", "rw-register", "bank"])(
    "with innodb_snapshot_isolation does none of it: %s",
    async (workload) => {
      const verdict = await judgedRun({
        ...mariadbRun,
        workload,
        systemSettings: { "innodb-snapshot-isolation": "on" },
        ...(workload === "bank" ? {} : { settings: crowded }),
      });
      expect(verdict.anomalies).toEqual([]);
      expect(verdict.valid).toBe(true);
    },
  );

  test("at serializable has no write skew", async () => {
    const verdict = await judgedRun({
      ...mariadbRun,
      workload: "list-append",
      systemSettings: { "isolation-level": "serializable" },
      settings: crowded,
    });
    expect(verdict.anomalies).toEqual([]);
    expect(verdict.valid).toBe(true);
  });

  test("killed, paused, ended and cut off, it loses nothing and stays linearizable", async () => {
    const verdict = await judgedRun({
      ...mariadbRun,
      workload: "register",
      seconds: 4,
      rate: 200,
      interval: 0.6,
      faults: ["partition", "reset", "kill", "terminate", "pause"],
      systemSettings: { "isolation-level": "serializable" },
    });
    expect(verdict.anomalies).toEqual([]);
    expect(verdict.valid).toBe(true);
  });
});

describe("an error of COMMIT in MariaDB", () => {
  const error = (errno: number): Error =>
    Object.assign(new Error(String(errno)), { errno, sqlState: "HY000" });
  test.each([1213, 1020])("%i says that nothing was committed", (errno) => {
    expect(mariadbDialect.refusedCommit(error(errno))).toBe(true);
  });
  // Interrupted, shutting down, gone, lost during the query.
  test.each([1317, 1053, 2006, 2013])("%i leaves it open", (errno) => {
    expect(mariadbDialect.refusedCommit(error(errno))).toBe(false);
  });
});
