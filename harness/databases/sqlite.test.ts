import { describe, expect, test } from "vitest";

import { EngineError } from "../../systems/databases/embedded/engine.ts";
import { engineErrorOf, refusedCommit } from "../../systems/databases/sqlite/errors.ts";
import { sqlite } from "../../systems/databases/sqlite/sqlite.ts";
import { crowded, judgedRun } from "../testing/judged-run.ts";

const missing = await sqlite.missing?.();
if (missing !== undefined) process.stderr.write(`tests of SQLite are skipped: ${missing}\n`);

describe.skipIf(missing !== undefined)("SQLite, a file that three processes have open", () => {
  test.each(["wal", "rollback"])(
    "is serializable in real time, whoever of them is killed or paused: %s",
    async (journal) => {
      const verdict = await judgedRun({
        system: "sqlite",
        workload: "list-append",
        seconds: 2.5,
        rate: 300,
        interval: 0.8,
        faults: ["kill", "pause"],
        systemSettings: { journal },
        settings: { ...crowded, level: "strict-serializable" },
      });
      expect(verdict.anomalies).toEqual([]);
      expect(verdict.valid).toBe(true);
    },
  );
});

describe("an error of COMMIT in SQLite", () => {
  const error = (errcode: number): EngineError =>
    engineErrorOf(Object.assign(new Error("database is locked"), { errcode }));

  test.each([
    [5, "SQLITE_BUSY"],
    [517, "SQLITE_BUSY_SNAPSHOT"],
    [19, "SQLITE_CONSTRAINT"],
    [1555, "SQLITE_CONSTRAINT"],
  ])("%i says that nothing was committed: %s", (number, name) => {
    expect(error(number).code).toBe(name);
    expect(refusedCommit(error(number))).toBe(true);
  });

  // Of the disk: reading, writing, synchronizing; full; malformed.
  test.each([266, 778, 1034, 13, 11])("%i leaves it open", (number) => {
    expect(refusedCommit(error(number))).toBe(false);
  });

  test("a connection that ends leaves it open", () => {
    expect(refusedCommit(new Error("connection lost"))).toBe(false);
  });
});
