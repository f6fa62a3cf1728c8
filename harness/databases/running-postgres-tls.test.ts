import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import type { Cluster } from "../../systems/contracts/system.ts";
import { postgres } from "../../systems/databases/postgres/postgres.ts";
import { PostgresSession } from "../../systems/databases/postgres/session.ts";
import { planTest } from "../test-plan.ts";
import { judged, runOnServers } from "../testing/judged-run.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";

/** Of Debian; the server that comes with npm need not have been built with TLS. */
const settings = { server: "installed" };
const missing = await (async () => {
  try {
    await execa("openssl", ["version"]);
    const alone = await PlainSurroundings.open([]);
    await postgres.open(alone, { settings });
    await alone.close();
    return postgres.missing?.();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
})();
if (missing !== undefined) process.stderr.write(`tests of PostgreSQL over TLS are skipped: ${missing}\n`);

/** A server with a certificate of "localhost" from an authority of the user's own, which lets in `me` and `you` over TLS only. */
describe.skipIf(missing !== undefined)("a server of PostgreSQL that is spoken to over TLS", () => {
  let surroundings: PlainSurroundings;
  let cluster: Cluster;
  let port: number;
  const file = (name: string): string => join(surroundings.directory("n1"), name);

  async function openssl(...rest: readonly string[]): Promise<void> {
    await execa("openssl", [...rest], { cwd: surroundings.directory("n1") });
  }

  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"] as const;

  async function authority(name: string): Promise<void> {
    const own = ["-keyout", `${name}.key`, "-out", `${name}.pem`, "-subj", `/CN=${name}`, "-days", "36500"];
    await openssl("req", "-x509", ...newKey, ...own);
  }

  /** A certificate of `name`, for which the user's own authority vouches. */
  async function certificate(name: string): Promise<void> {
    writeFileSync(file(`${name}.ext`), `subjectAltName = DNS:${name}\n`);
    await openssl("req", ...newKey, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    const vouching = ["-CA", "own.pem", "-CAkey", "own.key", "-CAcreateserial", "-days", "36500"];
    const made = ["-in", `${name}.csr`, "-out", `${name}.pem`, "-extfile", `${name}.ext`];
    await openssl("x509", "-req", ...vouching, ...made);
  }

  async function asOwner(...statements: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const session = await PostgresSession.open(surroundings.address("n1"), 10_000);
    try {
      let last: Readonly<Record<string, unknown>> = {};
      for (const statement of statements) [last = {}] = (await session.run(statement)).rows;
      return last;
    } finally {
      session.close();
    }
  }

  beforeAll(async () => {
    surroundings = await PlainSurroundings.open(["n1"]);
    ({ port } = surroundings.address("n1"));
    cluster = await postgres.open(surroundings, { settings });
    await cluster.start("n1");
    await authority("own");
    await authority("other");
    for (const name of ["localhost", "you"]) await certificate(name);
    const { hba_file: admission } = await asOwner("SHOW hba_file");
    writeFileSync(
      String(admission),
      [
        "host all rashomon all trust",
        "hostssl all me all scram-sha-256",
        "hostssl all you all cert",
        "",
      ].join("\n"),
    );
    await asOwner(
      "CREATE ROLE me LOGIN PASSWORD 'secret@'",
      "CREATE ROLE you LOGIN",
      "GRANT CREATE ON DATABASE postgres TO me, you",
      `ALTER SYSTEM SET ssl_cert_file = '${file("localhost.pem")}'`,
      `ALTER SYSTEM SET ssl_key_file = '${file("localhost.key")}'`,
      `ALTER SYSTEM SET ssl_ca_file = '${file("own.pem")}'`,
      "ALTER SYSTEM SET ssl = on",
      "SELECT pg_reload_conf()",
    );
    await vi.waitFor(async () => expect(await asOwner("SHOW ssl")).toEqual({ ssl: "on" }), {
      timeout: 20_000,
    });
  }, 120_000);
  afterAll(async () => {
    await cluster.close();
    await surroundings.close();
  });

  test("is tested through faults on the links to its clients, whose proxies have other names than its certificate", async () => {
    const { notes, description, history } = await runOnServers({
      system: "postgres",
      workload: "register",
      faults: ["partition", "reset"],
      running: {
        urls: [
          `postgres://me:secret%40@localhost:${port}/postgres?sslmode=verify-full&sslrootcert=${file("own.pem")}`,
        ],
      },
    });
    expect(notes).toEqual([]);
    expect(JSON.stringify(description)).not.toContain("secret");
    expect([...history].some(({ type }) => type === "ok")).toBe(true);
    const [check] = description.checks;
    if (check === undefined) throw new Error("the workload has no check");
    expect(judged(history, check)).toMatchObject({ valid: true, anomalies: [] });
  }, 90_000);

  /** What the node says as it starts at a URL of its own schema; what it makes is taken away again. */
  async function startAt(text: string, name: string): Promise<string> {
    const url = new URL(text);
    const { running } = postgres;
    if (running === undefined) throw new Error("cannot be tested so");
    const there = running.address(url);
    const own = await running.open(
      {
        nodes: ["n1"],
        seed: "1",
        directory: () => "",
        logs: () => "",
        address: () => there,
        route: () => there,
        spawn: () => Promise.reject(new Error("nothing is started")),
        run: () => Promise.reject(new Error("nothing is started")),
        alive: () => true,
      },
      { urls: new Map([["n1", url]]), name, keep: false },
    );
    try {
      await own.start("n1");
      return "it can be used";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      await own.close();
    }
  }

  test("is believed as libpq would believe it, and no further", async () => {
    const [ours, others] = [`sslrootcert=${file("own.pem")}`, `sslrootcert=${file("other.pem")}`];
    const asYou = `sslcert=${file("you.pem")}&sslkey=${file("you.key")}`;
    const works = /^it can be used$/;
    const unknown = /unable to (verify|get)|self.signed certificate/;
    const me = "me:secret%40";
    const expected: readonly (readonly [user: string, host: string, parameters: string, RegExp])[] = [
      [me, "localhost", `sslmode=verify-full&${ours}`, works],
      [me, "127.0.0.1", `sslmode=verify-full&${ours}`, /IP: 127\.0\.0\.1 is not in the cert's list/],
      [me, "localhost", `sslmode=verify-full&${others}`, unknown],
      [me, "localhost", "sslmode=verify-full", unknown],
      [me, "localhost", "sslrootcert=system", unknown],
      [me, "127.0.0.1", `sslmode=verify-ca&${ours}`, works],
      [me, "127.0.0.1", `sslmode=verify-ca&${others}`, unknown],
      [me, "127.0.0.1", "sslmode=require", works],
      [me, "127.0.0.1", `sslmode=require&${others}`, unknown],
      [me, "127.0.0.1", `sslmode=no-verify&${others}`, works],
      [me, "127.0.0.1", "sslmode=disable", /no encryption/],
      ["me:wrong", "localhost", `sslmode=verify-full&${ours}`, /password authentication failed/],
      ["you", "localhost", `sslmode=verify-full&${ours}&${asYou}`, works],
      ["you", "localhost", `sslmode=verify-full&${ours}`, /certificate/],
    ];
    // All at once, since each waits a while for the server.
    const messages = await Promise.all(
      expected.map(([user, host, parameters], i) =>
        startAt(`postgres://${user}@${host}:${port}/postgres?${parameters}`, `rashomon_${i}`),
      ),
    );
    expect(messages).toEqual(expected.map(([, , , pattern]) => expect.stringMatching(pattern)));
  }, 90_000);

  test("is not spoken to in the clear where TLS was asked for", async () => {
    await asOwner("ALTER SYSTEM SET ssl = off", "SELECT pg_reload_conf()");
    await expect.poll(() => asOwner("SHOW ssl"), { timeout: 20_000 }).toEqual({ ssl: "off" });
    const told = await startAt(
      `postgres://rashomon@127.0.0.1:${port}/postgres?sslmode=require`,
      "rashomon_0",
    );
    expect(told).toMatch(/does not support SSL/);
  }, 60_000);
});

describe("a URL of PostgreSQL", () => {
  test.each([
    ["sslmode=prefer", /found prefer, which would go without TLS and not say so/],
    [
      "sslmode=full",
      /expected an sslmode of disable, no-verify, require, verify-ca, verify-full, found full/,
    ],
    ["sslmode=verify-ca", /sslmode=verify-ca needs a file of authorities/],
    ["sslmode=require&sslrootcert=system", /goes with sslmode=verify-full only/],
    ["sslrootcert=own.pem", /sslrootcert means something together with sslmode only/],
    ["ssl=true", /Expected sslmode, sslrootcert, sslcert, sslkey behind the \?.* found ssl/],
  ])("is refused as long as nothing is started: %s", (parameters, message) => {
    const urls = [`postgres://me:secret@db1/app?${parameters}`];
    const plan = () =>
      planTest(
        { system: "postgres", seed: "3", running: { urls } },
        { versions: { rashomon: "test" }, started: "2026-01-02T03:04:05.678Z" },
      );
    expect(plan).toThrow(message);
    expect(plan).not.toThrow(/secret/);
  });

  test("names a file that can be read", async () => {
    const surroundings = await PlainSurroundings.open(["n1"]);
    const url = new URL("postgres://db1?sslmode=verify-full&sslrootcert=/not/there");
    const opening = postgres.running?.open(surroundings, {
      urls: new Map([["n1", url]]),
      name: "rashomon_0",
      keep: false,
    });
    await expect(opening).rejects.toThrow(/\/not\/there that a --url names cannot be read/);
    await surroundings.close();
  });
});
