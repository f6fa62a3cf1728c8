import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import type { Json } from "../../histories/json.ts";
import { planTest } from "../test-plan.ts";
import { readInventory } from "./inventory.ts";
import { meansOf, type RemoteMeans } from "./means.ts";

const folder = mkdtempSync(join(tmpdir(), "rashomon-inventory-"));
const context = { versions: {}, started: "2026-01-02T03:04:05.678Z" };

function inventory(value: Json | string): string {
  const path = join(folder, `${Math.abs(JSON.stringify(value).length)}.json`);
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
}

describe("an inventory", () => {
  test("has a machine for each node, and what is the same for all said once", async () => {
    const path = inventory({
      all: { user: "root", config: "ssh_config" },
      nodes: {
        n1: { host: "127.0.0.1" },
        n2: { host: "127.0.0.2", port: 2222, basePort: 9000, sudo: true, clock: "own" },
      },
    });
    expect(await readInventory(path)).toEqual([
      {
        node: "n1",
        ssh: { host: "127.0.0.1", user: "root", config: join(folder, "ssh_config"), sudo: false },
        address: "127.0.0.1",
        basePort: 7400,
        directory: "/var/tmp/rashomon",
        clock: "shared",
      },
      {
        node: "n2",
        ssh: { host: "127.0.0.2", user: "root", port: 2222, config: join(folder, "ssh_config"), sudo: true },
        address: "127.0.0.2",
        basePort: 9000,
        directory: "/var/tmp/rashomon",
        clock: "own",
      },
    ]);
  });

  test.each<[string, Json | string, RegExp]>([
    ["is not JSON", "{", /could not be read/],
    ["has no nodes", { nodes: {} }, /expected machines by the names of nodes as "nodes", found \{\}/],
    [
      "has an unknown member",
      { nodes: { n1: { hots: "a" } } },
      /expected some of host, .* in n1, found "hots"/,
    ],
    [
      "has an option of ssh for a host",
      { nodes: { n1: { host: "-oProxyCommand=x" } } },
      /a text as host of n1/,
    ],
    [
      "has two nodes on one machine",
      { nodes: { a: { host: "127.0.0.1" }, b: { host: "127.0.0.1" } } },
      /127\.0\.0\.1 twice/,
    ],
    [
      "has a clock that is neither",
      { nodes: { n1: { host: "127.0.0.1", clock: "mine" } } },
      /"own" or "shared"/,
    ],
    ["has a relative folder", { nodes: { n1: { host: "127.0.0.1", directory: "x" } } }, /an absolute path/],
  ])("that %s is refused", async (_, value, message) => {
    await expect(readInventory(inventory(value))).rejects.toThrow(message);
  });

  test("is for systems that touch nothing of this machine, and for faults that can be had there", async () => {
    const path = inventory({ nodes: { n1: { host: "127.0.0.1" }, n2: { host: "127.0.0.2" } } });
    const machines = await readInventory(path);
    const plan = (system: string, fault: string) => () =>
      planTest({ system, seed: "1", faults: [fault], inventory: { path, machines } }, context);
    expect(plan("sqlite", "kill")).toThrow(/sqlite prepares its nodes on this machine/);
    expect(plan("paxos", "slow-close")).toThrow(/cannot be had: it takes means of this machine/);
    expect(plan("paxos", "kill")().description).toMatchObject({ network: "remote", nodes: ["n1", "n2"] });
  });

  test("says which clocks may be set; faults take what every machine has", async () => {
    const path = inventory({
      all: { clock: "own" },
      nodes: { n1: { host: "127.0.0.1" }, n2: { host: "127.0.0.2", clock: "shared" } },
    });
    const machines = await readInventory(path);
    const all = { filter: "nftables", noNetem: undefined, noClock: undefined } as const;
    const plan = (fault: string, own: boolean, n2: Partial<RemoteMeans> = {}) =>
      planTest(
        {
          system: "paxos",
          seed: "1",
          faults: [fault],
          inventory: {
            path,
            machines: machines.map((each) => (own ? { ...each, clock: "own" } : each)),
            means: new Map([
              ["n1", all],
              ["n2", { ...all, ...n2 }],
            ]),
          },
        },
        context,
      );
    expect(() => plan("clock", false)).toThrow(/does not say of n2 that its clock is its own/);
    expect(() => plan("clock", true, { noClock: "chronyd runs" })).toThrow(/machine of n2, chronyd runs/);
    expect(() => plan("latency", true, { noNetem: "there is no tc" })).toThrow(
      /machine of n2, there is no tc/,
    );
    expect(plan("clock", true).packages[0]?.summary).toBe("makes the wall clocks of nodes jump");
    expect(plan("latency", true).description.faults).toEqual(["latency"]);
  });
});

describe("what a machine says of itself", () => {
  test("is what it has, and why not", () => {
    expect(meansOf("filter iptables\nnetem the kernel has no netem\nclock\n")).toEqual({
      filter: "iptables",
      noNetem: "the kernel has no netem",
      noClock: undefined,
    });
    expect(() => meansOf("missing setsid\nmissing tar\nfilter nftables\n")).toThrow("it lacks setsid, tar");
    expect(() => meansOf("filter none iptables: not found\nnetem\n")).toThrow(
      "neither nftables nor iptables that can be used: none iptables: not found",
    );
  });
});
