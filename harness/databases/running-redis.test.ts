import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Cluster } from "../../systems/contracts/system.ts";
import { RedisConnection } from "../../systems/databases/redis/connection.ts";
import { sentinelPort } from "../../systems/databases/redis/sentinels.ts";
import { findSystem } from "../systems.ts";
import { planTest, type TestOptions } from "../test-plan.ts";
import { judged, runOnServers } from "../testing/judged-run.ts";
import { localhostCertificate } from "../testing/localhost-certificate.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";
import { TlsFront } from "../testing/tls-front.ts";

const missing = await findSystem("redis").missing?.();
const context = { versions: { rashomon: "test" }, started: "2026-01-02T03:04:05.678Z" };

/** Servers as a user has them: how many, and what is in their URLs. */
const kinds = [
  { name: "redis", nodes: ["n1"], rest: () => "/2" },
  {
    name: "redis-sentinel",
    nodes: ["n1", "n2", "n3"],
    rest: (servers: PlainSurroundings, node: string) =>
      `?group=rashomon&sentinel=${servers.address(node, sentinelPort).port}`,
  },
  { name: "redis-cluster", nodes: ["n1", "n2", "n3"], rest: () => "" },
] as const;

describe.skipIf(missing !== undefined).each(kinds)("$name that runs already", ({ name, nodes, rest }) => {
  const system = findSystem(name);
  let surroundings: PlainSurroundings;
  let cluster: Cluster;
  let urls: readonly string[];

  /** All keys of the user's databases, on all servers. */
  async function keys(): Promise<readonly unknown[]> {
    return Promise.all(
      nodes.map(async (node) => {
        const connection = await RedisConnection.open(surroundings.address(node), 5_000, {
          db: name === "redis" ? 2 : 0,
        });
        try {
          return await connection.ask("KEYS", "*");
        } finally {
          connection.close();
        }
      }),
    );
  }

  beforeAll(async () => {
    surroundings = await PlainSurroundings.open(nodes, system.ports);
    cluster = await system.open(surroundings, {});
    await Promise.all(nodes.map((node) => cluster.start(node)));
    urls = nodes.map(
      (node) => `redis://127.0.0.1:${surroundings.address(node).port}${rest(surroundings, node)}`,
    );
    const own = await system.running?.open(surroundings, {
      urls: new Map(nodes.map((node, i) => [node, new URL(urls[i] ?? "")])),
      name: "my own",
      keep: true,
    });
    for (const node of nodes) await own?.start(node);
    const user = await own?.openClient("n1");
    expect(await user?.invoke({ process: 0, f: "write", key: 1, value: 7 })).toMatchObject({ type: "ok" });
    await user?.close();
    await own?.close();
  }, 60_000);
  afterAll(async () => {
    await cluster.close();
    await surroundings.close();
  });

  test("is tested through faults on the links to its clients, tells its version, and is left as it was", async () => {
    // Replicas get it a little later than the primary.
    const everywhere = name === "redis-sentinel" ? nodes.length : 1;
    await expect
      .poll(async () => (await keys()).flat(), { timeout: 10_000 })
      .toEqual(nodes.slice(0, everywhere).map(() => "my own:register:1"));
    const before = await keys();
    const { notes, description, history } = await runOnServers({
      system: name,
      workload: "register",
      faults: ["partition", "latency"],
      running: { urls },
    });
    expect(notes).toEqual([]);
    expect(description.versions["server"]).toMatch(/^Redis \d+/);
    expect([...history].some(({ type }) => type === "ok")).toBe(true);
    const [check] = description.checks;
    if (check === undefined) throw new Error("the workload has no check");
    expect(judged(history, check)).toMatchObject({ valid: true, anomalies: [] });
    await expect.poll(keys, { timeout: 10_000 }).toEqual(before);
  }, 60_000);

  test("cannot be killed, nor set up otherwise", () => {
    const plan = (options: Partial<TestOptions>) => () =>
      planTest({ system: name, seed: "3", running: { urls }, ...options }, context);
    expect(plan({ faults: ["kill"] })).toThrow(/cannot be had: the servers run already/);
    expect(plan({ systemSettings: { appendfsync: "no" } })).toThrow(
      /cannot be chosen for servers that run already/,
    );
  });

  /** A node that starts on one server of the user's, which is let go of again. */
  async function startOn(url: URL): Promise<void> {
    const at = system.running?.address(url) ?? { host: "", port: 0 };
    const own = await system.running?.open(
      {
        nodes: ["n1"],
        seed: "1",
        directory: () => "",
        logs: () => "",
        address: () => at,
        route: () => at,
        spawn: () => Promise.reject(new Error("nothing is started")),
        run: () => Promise.reject(new Error("nothing is started")),
        alive: () => true,
      },
      { urls: new Map([["n1", url]]), name: "my own", keep: true },
    );
    await own?.start("n1").finally(() => own.close());
  }

  test.skipIf(name === "redis")("is not tested without all of its servers", async () => {
    await expect(startOn(new URL(urls[1] ?? ""))).rejects.toThrow(/which is the server of no --url/);
  });

  test.skipIf(name !== "redis")(
    "is found over TLS, with a certificate that the URL vouches for",
    async () => {
      const front = await TlsFront.open(surroundings.address("n1"));
      const ca = join(surroundings.directory("n1"), "cert.pem");
      writeFileSync(ca, localhostCertificate.certificate);
      const url = `rediss://localhost:${front.port}/2`;
      await startOn(new URL(`${url}?ca=${ca}`));
      front.close();
    },
    30_000,
  );
});
