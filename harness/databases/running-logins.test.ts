import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import type { Address } from "../../systems/contracts/system.ts";
import { etcd } from "../../systems/databases/etcd/etcd.ts";
import { etcdServer } from "../../systems/databases/etcd/server.ts";
import { openEtcd } from "../../systems/databases/etcd/store.ts";
import { nats } from "../../systems/databases/nats/nats.ts";
import { natsProgram } from "../../systems/databases/nats/server.ts";
import { findSystem } from "../systems.ts";
import { planTest } from "../test-plan.ts";
import { judged, runName, runOnServers } from "../testing/judged-run.ts";
import { localhostCertificate } from "../testing/localhost-certificate.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";

const missing = (await etcd.missing?.()) ?? (await nats.missing?.());
if (missing !== undefined) process.stderr.write(`tests of servers with logins are skipped: ${missing}\n`);

const context = { versions: { rashomon: "test" }, started: "2026-01-02T03:04:05.678Z" };

/** Servers that let in only whom they know, over TLS, with a certificate of "localhost" and of no address. */
describe.skipIf(missing !== undefined)("servers that want to know who asks", () => {
  let surroundings: PlainSurroundings;
  /** The file of the certificate, which vouches for itself. */
  let ca: string;
  const portOf = (node: string): number => surroundings.address(node).port;

  beforeAll(async () => {
    surroundings = await PlainSurroundings.open(["etcd", "nats"], ["peer"]);
    const folder = surroundings.directory("etcd");
    ca = join(folder, "cert.pem");
    const key = join(folder, "key.pem");
    writeFileSync(ca, localhostCertificate.certificate);
    writeFileSync(key, localhostCertificate.key);
    await startEtcd({ cert: ca, key });
    await startNats({ cert: ca, key });
  }, 60_000);
  afterAll(() => surroundings.close());

  async function startEtcd({ cert, key }: { cert: string; key: string }): Promise<void> {
    const alone = await PlainSurroundings.open(["etcd"], ["peer"]);
    const address = surroundings.address("etcd");
    const { command, arguments: usual } = etcdServer(alone, "etcd");
    await alone.close();
    const secured = usual.filter((each) => !/client-urls|data-dir/.test(each));
    mkdirSync(join(surroundings.directory("etcd"), "data"));
    const url = `https://localhost:${address.port}`;
    await surroundings.spawn("etcd", {
      command,
      arguments: [
        ...secured,
        `--data-dir=${join(surroundings.directory("etcd"), "data")}`,
        `--listen-client-urls=https://127.0.0.1:${address.port}`,
        `--advertise-client-urls=${url}`,
        `--cert-file=${cert}`,
        `--key-file=${key}`,
      ],
    });
    const tls = { named: "localhost", ca: Buffer.from(localhostCertificate.certificate) };
    const client = await vi.waitFor(() => openEtcd(address, 1_000, { tls }), { timeout: 30_000 });
    const { auth } = client;
    await auth.userAdd({ name: "root", password: "r" });
    await auth.userGrantRole({ user: "root", role: "root" });
    await auth.roleAdd({ name: "tester" });
    // Up to the first name that begins otherwise: "`" comes after "_".
    const keys = { key: Buffer.from("rashomon_"), range_end: Buffer.from("rashomon`") };
    await auth.roleGrantPermission({ name: "tester", perm: { permType: "Readwrite", ...keys } });
    await auth.userAdd({ name: "me", password: "secret@" });
    await auth.userGrantRole({ user: "me", role: "tester" });
    await auth.authEnable();
    client.close();
  }

  async function startNats({ cert, key }: { cert: string; key: string }): Promise<void> {
    const { host, port } = surroundings.address("nats");
    const folder = surroundings.directory("nats");
    const file = join(folder, "secured.conf");
    writeFileSync(
      file,
      [
        `listen: "${host}:${port}"`,
        `jetstream { store_dir: ${JSON.stringify(join(folder, "data"))} }`,
        `tls { cert_file: "${cert}", key_file: "${key}" }`,
        `authorization { user: me, password: "secret@" }`,
        "",
      ].join("\n"),
    );
    await surroundings.spawn("nats", { command: natsProgram(), arguments: ["--config", file] });
  }

  test.each([
    ["etcd", "https", "register"],
    ["etcd", "https", "lock"],
    ["nats", "tls", "queue"],
  ])(
    "%s is tested over %s, by those whom it knows: %s",
    async (system, protocol, workload) => {
      const url = `${protocol}://me:secret%40@localhost:${portOf(system)}?ca=${ca}`;
      const { notes, description, history } = await runOnServers({
        system,
        workload,
        faults: ["partition"],
        running: { urls: [url] },
      });
      expect(notes).toEqual([]);
      expect(JSON.stringify(description)).not.toContain("secret");
      expect([...history].some(({ type }) => type === "ok")).toBe(true);
      const [check] = description.checks;
      if (check === undefined) throw new Error("the workload has no check");
      expect(judged(history, check)).toMatchObject({ valid: true, anomalies: [] });
    },
    60_000,
  );

  test("who is not known, or finds another server than was meant, is told so", async () => {
    const closed = await PlainSurroundings.open(["n1"]);
    const { port: nobodys } = closed.address("n1");
    const [etcds, natss] = [portOf("etcd"), portOf("nats")];
    const refusals: readonly (readonly [string, string, RegExp])[] = [
      ["etcd", `https://me:wrong@localhost:${etcds}?ca=${ca}`, /authentication failed/],
      ["etcd", `https://me:secret%40@localhost:${etcds}`, /Somebody listens there: .* do TLS, user/],
      ["etcd", `http://127.0.0.1:${natss}`, /Somebody listens there: is it such a server/],
      ["etcd", `http://127.0.0.1:${nobodys}`, /nobody answers there: ECONNREFUSED/],
      ["nats", `tls://me:wrong@localhost:${natss}?ca=${ca}`, /[Aa]uthorization/],
      ["nats", `nats://127.0.0.1:${nobodys}`, /nobody answers there: ECONNREFUSED/],
      ["rabbitmq", `amqp://127.0.0.1:${natss}`, /Somebody listens there/],
      ["zookeeper", `zookeeper://127.0.0.1:${natss}`, /Somebody listens there/],
      ["redis-cluster", `redis://127.0.0.1:${natss}`, /Somebody listens there/],
      ["redis-sentinel", `redis://127.0.0.1:${nobodys}`, /nobody answers there: ECONNREFUSED/],
    ];
    // All at once, since each waits a while for the server.
    const messages = await Promise.all(refusals.map(([system, url]) => startOn(system, url)));
    expect(messages).toEqual(refusals.map(([, , pattern]) => expect.stringMatching(pattern)));
    await closed.close();
  }, 60_000);

  /** What the first node says as it starts; nothing is made then that would have to be taken away. */
  async function startOn(system: string, text: string): Promise<string> {
    const url = new URL(text);
    const { running } = findSystem(system);
    if (running === undefined) throw new Error(`${system} cannot be tested so`);
    const there: Address = running.address(url);
    const cluster = await running.open(
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
      { urls: new Map([["n1", url]]), name: runName, keep: false },
    );
    try {
      await cluster.start("n1");
      return "it can be used";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      await cluster.close();
    }
  }
});

describe("a URL", () => {
  const plan = (system: string, ...urls: readonly string[]) =>
    planTest({ system, seed: "3", running: { urls } }, context);

  test.each([
    ["etcd", "http://db1:2379", { host: "db1", port: 2379 }],
    ["etcd", "https://etcd.example.org", { host: "etcd.example.org", port: 443 }],
    ["zookeeper", "zk://db1/app", { host: "db1", port: 2181 }],
    ["rabbitmq", "amqp://me:secret@db1/%2F", { host: "db1", port: 5672 }],
    ["rabbitmq", "amqps://db1", { host: "db1", port: 5671 }],
    ["nats", "nats://[::1]", { host: "::1", port: 4222 }],
    ["galera", "mariadb://root@db1", { host: "db1", port: 3306 }],
    ["redis-cluster", "rediss://db1", { host: "db1", port: 6379 }],
    ["redis-sentinel", "redis://db1?group=mine&sentinel=26380", { host: "db1", port: 6379 }],
  ])("of %s names its server: %s", (system, url, address) => {
    expect(plan(system, url).servers?.addresses).toEqual([address]);
  });

  test.each([
    ["zookeeper", "http://db1:2181", /Expected a URL as zookeeper:/],
    ["etcd", "http://db1:2379?ca=x", /Expected nothing behind the \?/],
    [
      "rabbitmq",
      "amqps://me:secret@db1?heartbeat=3",
      /Expected ca, cert, key behind the \? of amqps:\/\/me:\*\*\*@db1/,
    ],
  ])("of %s is refused: %s", (system, url, message) => {
    expect(() => plan(system, url)).toThrow(message);
  });

  test.each([
    ["etcd", "http://db1:2379/app", /no path in a URL of etcd/],
    ["etcd", "https://db1:2379?ca=/not/there", /\/not\/there that a --url names cannot be read/],
    ["nats", "nats://token@db1", /A token stands where the password does/],
    ["redis-sentinel", "redis://db1?sentinel=there", /a port, or host:port, of a Sentinel, found there/],
    ["mariadb", "mariadbs://db1?key=/not/there", /cannot be read/],
  ])("of %s says what it wants: %s", async (system, text, message) => {
    const surroundings = await PlainSurroundings.open(["n1"]);
    const opening = findSystem(system).running?.open(surroundings, {
      urls: new Map([["n1", new URL(text)]]),
      name: runName,
      keep: false,
    });
    await expect(opening).rejects.toThrow(message);
    await surroundings.close();
  });
});
