import { mkdtempSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import type { Address } from "../../systems/contracts/system.ts";
import { FaultJournal } from "../journal.ts";
import type { LinkNetwork } from "./link-network.ts";
import { openNetwork } from "./open-network.ts";
import { both, Peers } from "./testing/peers.ts";
import { openTestMachines } from "../remote/testing/test-machines.ts";

/** Set where these tests run in a network namespace of their own (`namespaces/contract.test.ts`). */
const namespace = process.env["RASHOMON_TEST_NAMESPACE"];
/** Set where they run beside machines that are reached by ssh (`remote/contract.test.ts`). */
const inventory = process.env["RASHOMON_TEST_INVENTORY"];
const machines = inventory === undefined ? undefined : await openTestMachines(inventory);
const inNamespaces = namespace === undefined ? "proxies" : "namespaces";
const kind = machines === undefined ? inNamespaces : "remote";
const nodes = ["n1", "n2", "n3"];
/** Kernels without netem cannot do it to machines; everywhere else it is done by us. */
const noLatency = machines !== undefined && !machines.netem;
let network: LinkNetwork;
let peers: Peers;

beforeAll(async () => {
  network =
    machines?.network ??
    (await openNetwork({
      kind,
      nodes,
      system: { ports: ["peer"] },
      seed: "1",
      name: `contract-${process.pid}`,
      journal: new FaultJournal(mkdtempSync(join(tmpdir(), "rashomon-network-")), {
        pid: process.pid,
        started: "",
        run: "",
      }),
    }));
  peers = await Peers.start(network, nodes);
}, 60_000);

afterEach(async () => {
  for (const name of ["one", "other"]) await network.remove(name);
  expect(await network.faultsInForce()).toBe(0);
});

afterAll(async () => {
  peers.close();
  await network.close();
});

/** Whether an answer comes to the harness from an address. */
function probe({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => socket.write("probe"));
    const end = (answered: boolean): void => {
      socket.destroy();
      clearTimeout(timer);
      resolve(answered);
    };
    const timer = setTimeout(() => end(false), 300);
    socket.once("data", () => end(true)).once("error", () => end(false));
  });
}

/** Whether an answer comes along a link: to the harness as if it were there or, where nobody can send so, to `from` itself. */
async function passes(from: string, to: string): Promise<boolean> {
  return (await network.connects?.(from, to, 300)) ?? probe(network.probe(from, to));
}

describe(`a network of ${kind}`, () => {
  it("lets everybody reach everybody, and the harness probe every link", async () => {
    for (const from of nodes)
      for (const to of nodes.filter((other) => other !== from)) {
        expect(await peers.ask(from, to)).toMatchObject({ outcome: "answered" });
        expect(await passes(from, to)).toBe(true);
      }
    for (const to of nodes) expect(await probe(network.route("clients", to))).toBe(true);
    expect(network.address("n1", "peer")).not.toEqual(network.address("n1"));
  });

  it("cuts links between nodes, and no others, until the fault is removed", async () => {
    await network.apply("one", { kind: "cut" }, both("n1", "n2"));
    expect(await network.faultsInForce()).toBeGreaterThan(0);
    expect(await peers.ask("n1", "n2")).toMatchObject({ outcome: "silence" });
    expect(await peers.ask("n2", "n1")).toMatchObject({ outcome: "silence" });
    expect(await passes("n1", "n2")).toBe(false);
    expect(await peers.ask("n1", "n3")).toMatchObject({ outcome: "answered" });
    expect(await probe(network.route("clients", "n1"))).toBe(true);
    await network.remove("one");
    expect(await peers.ask("n1", "n2")).toMatchObject({ outcome: "answered" });
    expect(await passes("n1", "n2")).toBe(true);
  });

  it("cuts one direction: what is asked is heard, and the answer is not", async () => {
    const back = peers.connection("n2", "n1");
    expect(await back.ask("before")).toMatchObject({ outcome: "answered" });
    await network.apply("one", { kind: "cut" }, [{ from: "n1", to: "n2" }]);
    expect(await peers.ask("n1", "n2", "unheard")).toMatchObject({ outcome: "silence" });
    expect(await back.ask("unanswered")).toMatchObject({ outcome: "silence" });
    expect(peers.heard("n2")).not.toContain("unheard");
    expect(peers.heard("n1")).toContain("unanswered");
  });

  it("cuts the links to clients", async () => {
    await network.apply("one", { kind: "cut" }, both("clients", "n1"));
    expect(await probe(network.route("clients", "n1"))).toBe(false);
    expect(await probe(network.route("clients", "n2"))).toBe(true);
    expect(await peers.ask("n2", "n1")).toMatchObject({ outcome: "answered" });
  });

  it("breaks connections that are open, and new ones", async () => {
    const open = peers.connection("n1", "n2");
    expect(await open.ask()).toMatchObject({ outcome: "answered" });
    await network.apply("one", { kind: "reset" }, both("n1", "n2"));
    expect(await open.ask()).toMatchObject({ outcome: "closed" });
    expect(await peers.ask("n1", "n2")).toMatchObject({ outcome: "closed" });
    expect(await peers.ask("n1", "n3")).toMatchObject({ outcome: "answered" });
  });

  it.skipIf(noLatency)("delays what is sent along a link, also on connections that are open", async () => {
    const open = peers.connection("n1", "n2");
    await open.ask();
    await network.apply("one", { kind: "latency", milliseconds: 100, jitter: 10 }, both("n1", "n2"));
    const { outcome, milliseconds } = await open.ask("late", 2_000);
    expect(outcome).toBe("answered");
    expect(milliseconds).toBeGreaterThan(2 * 90);
    await network.remove("one");
    await network.apply("one", { kind: "latency", milliseconds: 100, jitter: 0 }, [{ from: "n2", to: "n1" }]);
    const half = await open.ask("half", 2_000);
    expect(half.outcome).toBe("answered");
    expect(half.milliseconds).toBeGreaterThan(100);
  });

  it("lets only so much through", async () => {
    const open = peers.connection("n1", "n2");
    await open.ask();
    await network.apply("one", { kind: "bandwidth", kilobytesPerSecond: 20 }, [{ from: "n1", to: "n2" }]);
    // A slow link may let the first of it go at once: packet filters, as much as in a second.
    const text = "x".repeat(kind === "remote" ? 50_000 : 20_000);
    const { outcome, milliseconds } = await open.ask(text, 20_000);
    expect(outcome).toBe("answered");
    expect(milliseconds).toBeGreaterThan(700);
  });

  it.skipIf(noLatency)("keeps one of two faults of a link when the other is removed", async () => {
    const links = both("n1", "n2");
    await network.apply("one", { kind: "cut" }, links);
    await network.apply("other", { kind: "latency", milliseconds: 100, jitter: 0 }, links);
    expect(await peers.ask("n1", "n2")).toMatchObject({ outcome: "silence" });
    await network.remove("one");
    const late = await peers.ask("n1", "n2", "late", 3_000);
    expect(late.outcome).toBe("answered");
    expect(late.milliseconds).toBeGreaterThan(200);
    await network.apply("one", { kind: "cut" }, links);
    await network.remove("other");
    expect(await peers.ask("n1", "n2")).toMatchObject({ outcome: "silence" });
  });

  if (noLatency)
    it("refuses what the kernel has not, and leaves nothing of it", async () => {
      await network.apply("other", { kind: "cut" }, both("n1", "n3"));
      const late = { kind: "latency", milliseconds: 100, jitter: 0 } as const;
      await expect(network.apply("one", late, both("n1", "n2"))).rejects.toThrow(/qdisc/);
      expect(await peers.ask("n1", "n2")).toMatchObject({ outcome: "answered" });
      expect(await peers.ask("n1", "n3")).toMatchObject({ outcome: "silence" });
      expect(await network.faultsInForce()).toBe(2);
    });

  it("refuses a second fault of one name, and removes what is not there", async () => {
    await network.apply("one", { kind: "cut" }, both("n1", "n2"));
    await expect(network.apply("one", { kind: "cut" }, both("n1", "n3"))).rejects.toThrow(/on already/);
    expect(await peers.ask("n1", "n3")).toMatchObject({ outcome: "answered" });
    await network.remove("never-was");
  });
});

if (kind !== "proxies")
  describe(`single packets of a network of ${kind}`, () => {
    const link = [{ from: "n1", to: "n2" }] as const;

    it("are lost at the rate that was asked", async () => {
      await network.apply("one", { kind: "loss", rate: 0.5 }, link);
      const numbers = await peers.cast("n1", "n2", 400);
      expect(numbers.length).toBeGreaterThan(120);
      expect(numbers.length).toBeLessThan(280);
      expect(await peers.cast("n1", "n3", 100)).toHaveLength(100);
    });

    it.skipIf(noLatency)("come twice", async () => {
      await network.apply("one", { kind: "duplication", rate: 1 }, link);
      expect(await peers.cast("n1", "n2", 100)).toHaveLength(200);
    });

    it.skipIf(noLatency)(
      "are found to be corrupt by their receiver, so that what arrives is right",
      async () => {
        await network.apply("one", { kind: "corruption", rate: 1 }, link);
        expect(await peers.cast("n1", "n2", 50)).toEqual([]);
        await network.remove("one");
        await network.apply("one", { kind: "corruption", rate: 0.2 }, both("n1", "n2"));
        const text = "right".repeat(2_000);
        expect(await peers.ask("n1", "n2", text, 20_000)).toMatchObject({ outcome: "answered" });
      },
    );

    it.skipIf(noLatency)("are overtaken", async () => {
      await network.apply("one", { kind: "reorder", rate: 0.3, milliseconds: 30 }, link);
      const numbers = await peers.cast("n1", "n2", 200);
      expect(numbers).toHaveLength(200);
      expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b));
    });

    it.skipIf(noLatency)("are of both sides of a partition lost, whatever else is done to them", async () => {
      await network.apply("one", { kind: "duplication", rate: 1 }, both("n1", "n2"));
      await network.apply("other", { kind: "cut" }, both("n1", "n2"));
      expect(await peers.cast("n1", "n2", 50)).toEqual([]);
      expect(await peers.cast("n2", "n1", 50)).toEqual([]);
    });
  });
