import { mkdtempSync } from "node:fs";
import { createServer, connect, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { runChecks } from "../../checkers/catalogue.ts";
import type { Verdict } from "../../checkers/verdict.ts";
import { openRun } from "../../histories/index.ts";
import type { Completion } from "../../systems/contracts/client.ts";
import type { Address } from "../../systems/contracts/system.ts";
import { postgresDialect } from "../../systems/databases/postgres/dialect.ts";
import { PostgresSession } from "../../systems/databases/postgres/session.ts";
import { postgres } from "../../systems/databases/postgres/postgres.ts";
import { SqlClient } from "../../systems/databases/sql/client.ts";
import { programOf } from "../../systems/databases/sql/programs.ts";
import { runTest } from "../run-test.ts";
import { planTest, type TestOptions } from "../test-plan.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";

/** What the first check says of a run of real processes. */
async function judged(options: Omit<TestOptions, "system" | "seed">): Promise<Verdict> {
  const plan = planTest(
    { system: "postgres", seed: "5", seconds: 4, rate: 500, faults: ["none"], ...options },
    { versions: { rashomon: "test" }, started: "2026-01-02T03:04:05.678Z" },
  );
  const { folder } = await runTest(plan, mkdtempSync(join(tmpdir(), "rashomon-store-")));
  const history = await (await openRun(folder)).history();
  const [first] = runChecks(history, plan.description.checks).checks;
  if (first === undefined) throw new Error("the run was not checked");
  return first;
}

const types = ({ anomalies }: Verdict): string[] => anomalies.map(({ type }) => type);

/** Few keys and long transactions, which meet often. */
const crowded = { keyCount: 4, keyDistribution: "uniform", minTransactionLength: 2 };

describe("what its manual says of the isolation levels shows", () => {
  test("write skew at repeatable read, which is snapshot isolation", async () => {
    const verdict = await judged({
      workload: "list-append",
      systemSettings: { "isolation-level": "repeatable-read" },
      settings: { ...crowded, level: "serializable" },
    });
    expect(verdict.valid).toBe(false);
    expect(types(verdict)).toContain("G2-item");
    expect(types(verdict)).not.toContain("G-single");
  });

  test("write skew on rows looked for at repeatable read", async () => {
    const verdict = await judged({
      workload: "write-skew",
      systemSettings: { "isolation-level": "repeatable-read" },
    });
    expect(types(verdict)).toContain("G2");
  });

  test("lost updates at read committed", async () => {
    const verdict = await judged({
      workload: "rw-register",
      systemSettings: { "isolation-level": "read-committed" },
      settings: { ...crowded, level: "snapshot-isolation" },
    });
    expect(verdict.valid).toBe(false);
    expect(types(verdict).some((type) => type === "lost-update" || type === "G-single")).toBe(true);
  });

  test.each(["list-append", "write-skew", "bank", "predicate"])(
    "none of it at serializable: %s",
    async (workload) => {
      const level = workload === "list-append" || workload === "predicate" ? { level: "serializable" } : {};
      const verdict = await judged({ workload, seconds: 3, settings: level });
      expect(verdict.anomalies).toEqual([]);
      expect(verdict.valid).toBe(true);
    },
  );

  test("a level keeps what it promises, without being asked", async () => {
    for (const level of ["repeatable-read", "read-committed"]) {
      const verdict = await judged({
        workload: "list-append",
        seconds: 2,
        systemSettings: { "isolation-level": level },
        settings: crowded,
      });
      expect(verdict.valid, level).toBe(true);
    }
  });
});

test("killed, paused, ended and cut off, it loses nothing and stays linearizable", async () => {
  const verdict = await judged({
    workload: "register",
    seconds: 8,
    rate: 200,
    interval: 1.5,
    faults: ["partition", "reset", "kill", "terminate", "pause"],
  });
  expect(verdict.anomalies).toEqual([]);
  expect(verdict.valid).toBe(true);
});

/** Where a connection is cut: as the client's text passes, or as the answer to it comes back. */
interface Cut {
  readonly text: string;
  readonly at: "request" | "answer";
}

describe("a connection that is cut while a transaction runs", () => {
  let surroundings: PlainSurroundings;

  beforeAll(async () => {
    surroundings = await PlainSurroundings.open(["n1"]);
    const cluster = await postgres.open(surroundings, { workload: "rw-register" });
    await cluster.start("n1");
  });
  afterAll(() => surroundings.close());

  let key = 0;
  /** How the write of a fresh key ended, and what is under it afterwards. */
  async function written(
    cut: Cut,
    operation: "w" | "r" = "w",
  ): Promise<{ completion: Completion; after: number | null }> {
    const name = ++key;
    const relay = await Relay.open(surroundings.address("n1"), cut);
    const client = clientOf(relay.address);
    const value = operation === "w" ? [["w", name, 7]] : [["r", name, null]];
    const completion = await client.invoke({ process: 0, f: "txn", value });
    await client.close();
    relay.close();
    const reader = clientOf(surroundings.address("n1"));
    const { value: read } = await reader.invoke({ process: 1, f: "txn", value: [["r", name, null]] });
    await reader.close();
    return { completion, after: (read as [[string, number, number | null]])[0][2] };
  }

  test.each<[string, Cut]>([
    ["before it begins", { text: "BEGIN", at: "request" }],
    ["as it has begun", { text: "BEGIN", at: "answer" }],
    ["before the write", { text: "INSERT", at: "request" }],
    ["after the write", { text: "INSERT", at: "answer" }],
  ])("%s: it has failed, and leaves nothing", async (_, cut) => {
    const { completion, after } = await written(cut);
    expect(completion.type).toBe("fail");
    expect(after).toBeNull();
  });

  test.each<[string, Cut, number | null]>([
    ["before the commit arrives", { text: "COMMIT", at: "request" }, null],
    ["before the commit is answered", { text: "COMMIT", at: "answer" }, 7],
  ])("%s: nobody knows, and both may be", async (_, cut, expected) => {
    const { completion, after } = await written(cut);
    expect(completion.type).toBe("info");
    expect(after).toBe(expected);
  });

  test("of a transaction that only reads: it has failed, wherever it was cut", async () => {
    for (const cut of [
      { text: "BEGIN", at: "request" },
      { text: "COMMIT", at: "request" },
      { text: "COMMIT", at: "answer" },
    ] as const)
      expect((await written(cut, "r")).completion.type).toBe("fail");
  });
});

describe("an error of COMMIT", () => {
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

function clientOf(address: Address): SqlClient {
  return new SqlClient({
    dialect: postgresDialect,
    program: programOf("rw-register", postgresDialect),
    isolationLevel: "serializable",
    connect: () => PostgresSession.open(address, 2_000),
  });
}

/** Passes bytes on between client and server, until it sees where to cut. */
class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(upstream: Address, cut: Cut): Promise<Relay> {
    const server = createServer();
    const relay = new Relay(server);
    server.on("connection", (client) => {
      const behind = connect(upstream.port, upstream.host);
      let seen = false;
      const end = (): void => {
        client.destroy();
        behind.destroy();
      };
      for (const socket of [client, behind]) {
        relay.#sockets.add(socket);
        socket.on("error", end).on("close", end);
      }
      client.on("data", (bytes) => {
        seen ||= bytes.includes(cut.text);
        if (seen && cut.at === "request") end();
        else behind.write(bytes);
      });
      behind.on("data", (bytes) => {
        if (seen) end();
        else client.write(bytes);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  get address(): Address {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return { host: "127.0.0.1", port: address.port };
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
