import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openRun } from "../../histories/index.ts";
import type { Cluster } from "../../systems/contracts/system.ts";
import { mariadb } from "../../systems/databases/mariadb/mariadb.ts";
import { MariadbSession } from "../../systems/databases/mariadb/session.ts";
import { postgres } from "../../systems/databases/postgres/postgres.ts";
import { PostgresSession } from "../../systems/databases/postgres/session.ts";
import { runTest } from "../run-test.ts";
import { findSystem } from "../systems.ts";
import { planTest, type TestOptions } from "../test-plan.ts";
import { judged, typesOf } from "../testing/judged-run.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";

const context = { versions: { rashomon: "test" }, started: "2026-01-02T03:04:05.678Z" };
const name = "rashomon_20260102030405678";

/** Servers that a user runs, as far as the harness knows: started by nobody that it has heard of. */
const databases = [
  {
    system: postgres,
    url: (port: number) => `postgres://rashomon@127.0.0.1:${port}/postgres`,
    version: /^PostgreSQL \d+/,
    settings: { "isolation-level": "repeatable-read" },
    anomaly: "G2-item",
    open: (port: number) => PostgresSession.open({ host: "127.0.0.1", port }, 5_000),
    places: "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'rashomon%'",
  },
  {
    system: mariadb,
    url: (port: number) => `mariadb://root@127.0.0.1:${port}`,
    version: /^MariaDB \d+/,
    settings: {},
    anomaly: "lost-update",
    open: (port: number) => MariadbSession.open({ host: "127.0.0.1", port }, 5_000),
    places: "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'rashomon\\_2%'",
  },
];
const missing = new Map<string, string | undefined>();
for (const { system } of databases) {
  const what = await system.missing?.();
  missing.set(system.name, what);
  if (what !== undefined)
    process.stderr.write(`tests of servers of ${system.name} that run already are skipped: ${what}\n`);
}

describe.each(databases.filter(({ system }) => missing.get(system.name) === undefined))(
  "a server of $system.name that runs already",
  ({ system, url, version, settings, anomaly, open, places }) => {
    let surroundings: PlainSurroundings;
    let cluster: Cluster;
    let port: number;

    beforeAll(async () => {
      surroundings = await PlainSurroundings.open(["n1"]);
      cluster = await system.open(surroundings, {});
      await cluster.start("n1");
      port = surroundings.address("n1").port;
    });
    afterAll(async () => {
      await cluster.close();
      await surroundings.close();
    });

    async function run(options: Omit<TestOptions, "system" | "seed"> & { readonly seed?: string }) {
      const plan = planTest({ system: system.name, seed: "3", seconds: 1.5, rate: 300, ...options }, context);
      const notes: string[] = [];
      const { folder } = await runTest(plan, mkdtempSync(join(tmpdir(), "rashomon-running-")), {
        note: (text) => notes.push(text),
      });
      const stored = await openRun(folder);
      return { notes, description: await stored.test(), history: await stored.history() };
    }

    async function placesThere(): Promise<number> {
      const session = await open(port);
      const { rows } = await session.run(places);
      session.close();
      return rows.length;
    }

    test("is tested through faults on the links to its clients, tells its version, and is left as it was", async () => {
      const found = new Set<string>();
      // Which transactions meet depends on who is how fast.
      for (const seed of ["3", "1", "2", "4", "5"]) {
        const { notes, description, history } = await run({
          seed,
          workload: "list-append",
          faults: ["partition", "latency"],
          interval: 0.4,
          running: { urls: [url(port)] },
          systemSettings: settings,
          settings: {
            keyCount: 3,
            keyDistribution: "uniform",
            minTransactionLength: 4,
            maxTransactionLength: 6,
          },
        });
        expect(notes).toEqual([]);
        expect(description.versions["server"]).toMatch(version);
        expect(description.command).toContain("--url");
        const applied = [...history].filter(
          (each) => each.process === "nemesis" && each.f === "start-partition" && each.error === undefined,
        );
        expect(applied.length).toBeGreaterThan(0);
        for (const type of typesOf(judged(history, { checker: "isolation", level: "serializable" })))
          found.add(type);
        if (found.has(anomaly)) break;
      }
      expect(found).toContain(anomaly);
      expect(await placesThere()).toBe(0);
    }, 60_000);

    test("keeps what a run has made there, where that is asked", async () => {
      await run({
        workload: "bank",
        faults: ["none"],
        seconds: 0.3,
        running: { urls: [url(port)], keep: true },
      });
      expect(await placesThere()).toBe(1);
      const session = await open(port);
      const accounts = await session.run(`SELECT k FROM ${name}.accounts`);
      session.close();
      expect(accounts.rows).toHaveLength(8);
    });

    test.skipIf(system.name !== "mariadb")(
      "is no node of Galera, as whoever tests it so is told",
      async () => {
        const there = surroundings.address("n1");
        const asGalera = await findSystem("galera").running?.open(surroundings, {
          urls: new Map([["n1", new URL(url(there.port))]]),
          name,
          keep: false,
        });
        await expect(asGalera?.start("n1")).rejects.toThrow(/no node of Galera; .* as the system mariadb/);
        await asGalera?.close();
      },
    );

    test("cannot be killed, nor set up otherwise", () => {
      const plan = (options: Omit<TestOptions, "system" | "seed" | "running">) => () =>
        planTest({ system: system.name, seed: "3", running: { urls: [url(port)] }, ...options }, context);
      expect(plan({ faults: ["kill"] })).toThrow(/cannot be had: the servers run already/);
      const setting = system.name === "postgres" ? "replication" : "innodb-snapshot-isolation";
      const value = system.name === "postgres" ? "synchronous" : "on";
      expect(plan({ systemSettings: { [setting]: value } })).toThrow(
        /cannot be chosen for servers that run already/,
      );
      expect(plan({ network: "namespaces" })).toThrow(/--network proxies/);
      expect(plan({})().description.faults).toEqual(["partition"]);
    });
  },
);

describe("a URL", () => {
  const plan =
    (urls: readonly string[], system = "postgres") =>
    () =>
      planTest({ system, seed: "3", running: { urls } }, context);

  test("is of the form that the system says, each for a node of its own", () => {
    const { servers, description } = plan([
      "postgres://a:secret@db1/x",
      "postgresql://a:secret@db2:5433/x",
    ])();
    expect(servers?.addresses).toEqual([
      { host: "db1", port: 5432 },
      { host: "db2", port: 5433 },
    ]);
    expect(description.nodes).toEqual(["n1", "n2"]);
  });

  test("is shown and kept without its password", () => {
    const { description } = plan(["postgres://a:secret@db1/x"])();
    expect(JSON.stringify(description)).not.toContain("secret");
    expect(description.command).toContain("postgres://a:***@db1/x");
  });

  test.each([
    [["db1:5432"], /Expected a URL as postgres:\/\/user:password@host:5432\/database/],
    [["mariadb://a:secret@db1"], /found mariadb:\/\/a:\*\*\*@db1/],
    [["postgres://db1", "postgres://db1:5432"], /db1:5432 is named twice/],
  ])("%s is refused", (urls, message) => {
    expect(plan(urls)).toThrow(message);
  });

  test("is refused for a system that does not say how its servers are tested", () => {
    expect(plan(["http://db1"], "paxos")).toThrow(/its adapter does not say how/);
  });
});
