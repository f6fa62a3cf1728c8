import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { FaultJournal } from "../../journal.ts";
import { findProcess } from "../../local/process-table.ts";
import { Supervisor } from "../../local/supervisor.ts";
import { NamespaceNetwork } from "./namespace-network.ts";

/** A node that starts a daemon: a process of another group and session, whose parent is gone. It writes down its number. */
const parent = `
const { spawnSync } = require("node:child_process");
const start = "const daemon = require('node:child_process').spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });"
  + "daemon.unref(); console.log(daemon.pid)";
const { stdout } = spawnSync(process.execPath, ["-e", start], { detached: true });
require("node:fs").writeFileSync("daemon", stdout.toString());
setInterval(() => {}, 1000);
`;

// In a network namespace of their own only (`contract.test.ts`).
describe.runIf(process.env["RASHOMON_TEST_NAMESPACE"] !== undefined)(
  "a daemon that a node left behind",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "rashomon-daemons-"));
    let network: NamespaceNetwork;
    let supervisor: Supervisor;

    beforeEach(async () => {
      network = await NamespaceNetwork.open({ nodes: ["n1", "n2"], ports: [], seed: "1" });
      supervisor = new Supervisor(new FaultJournal(folder, { pid: process.pid, started: "", run: "" }));
    });

    afterEach(async () => {
      await supervisor.close();
      await network.close();
    });

    async function daemonOf(node: string): Promise<number> {
      const directory = mkdtempSync(join(folder, node));
      const placed = network.place(node, { command: process.execPath, arguments: ["-e", parent] });
      supervisor.start(node, placed, directory, join(directory, "log"), network.residence(node));
      await expect
        .poll(() => Number(readText(join(directory, "daemon"))), { timeout: 20_000 })
        .toBeGreaterThan(1);
      return Number(readText(join(directory, "daemon")));
    }

    it("is killed with the node, and that of another node is not", async () => {
      const [daemon, other] = [await daemonOf("n1"), await daemonOf("n2")];
      expect(findProcess(daemon)).toBeDefined();
      await supervisor.kill("n1");
      expect(findProcess(daemon)).toBeUndefined();
      expect(findProcess(other)).toBeDefined();
    });

    it("is paused with the node, and resumed", async () => {
      const daemon = await daemonOf("n1");
      await supervisor.pause("n1");
      expect(findProcess(daemon)?.state).toBe("T");
      await supervisor.resume("n1");
      expect(findProcess(daemon)?.state).not.toBe("T");
    });

    it("ends with the node that ends by itself, and with the world", async () => {
      const daemon = await daemonOf("n1");
      process.kill(supervisor.pid("n1") ?? 0, "SIGTERM");
      await expect.poll(() => findProcess(daemon), { timeout: 10_000 }).toBeUndefined();
      const last = await daemonOf("n2");
      await supervisor.close();
      expect(findProcess(last)).toBeUndefined();
    });
  },
);

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
