import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "vitest";

import type { System } from "../../systems/contracts/system.ts";
import { memoryRegister } from "../../systems/databases/memory-register/memory-register.ts";
import { FaultJournal } from "../journal.ts";
import { openNetwork } from "../network/open-network.ts";
import { LocalWorld } from "./local-world.ts";

/** A system that is seen to serve only on the way of its clients. */
const seenByClients: System = {
  ...memoryRegister,
  async open(surroundings, options) {
    const cluster = await memoryRegister.open(surroundings, options);
    return {
      ...cluster,
      openClient: (node) => cluster.openClient(node),
      ping: (address, milliseconds) => cluster.ping(address, milliseconds),
      close: () => cluster.close(),
      async start(node) {
        await cluster.start(node);
        while (!(await cluster.ping(surroundings.route("clients", node), 200))) {
          if (!surroundings.alive(node)) throw new Error("the node ended as it started");
          await sleep(20);
        }
      },
    };
  },
};

test("a node that comes back is not waited for until a fault is over that hides it: what ends the fault may come later", async () => {
  const directory = mkdtempSync(join(tmpdir(), "rashomon-restart-"));
  const journal = new FaultJournal(directory, { pid: process.pid, started: "now", run: directory });
  const nodes = ["n1"];
  const network = await openNetwork({
    kind: "proxies",
    nodes,
    system: seenByClients,
    seed: "1",
    name: `rashomon-${process.pid}-restart`,
    journal,
  });
  const world = await LocalWorld.open({ nodes, seed: "1", directory, network, journal, skewClocks: false });
  try {
    await world.start(seenByClients, {});
    await world.kill("n1");
    await world.cut("partition", [{ from: "clients", to: "n1" }]);
    await world.restart("n1");
    expect(world.alive("n1")).toBe(true);
    await expect(world.verifyHealed()).rejects.toThrow("still in force");
    // Without faults it is waited for, by whoever asks.
    await world.undisturb("partition");
    await world.restart("n1");
    await world.verifyHealed();
  } finally {
    await world.close();
  }
}, 60_000);
