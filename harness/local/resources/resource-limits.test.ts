import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { heal } from "../../heal.ts";
import { FaultJournal, journalDirectory } from "../../journal.ts";
import { Supervisor } from "../supervisor.ts";
import { membersOf, type Controller } from "./cgroup.ts";
import { missingForLimits, neededControllers } from "./needs.ts";
import { ResourceLimits } from "./resource-limits.ts";

const busy = `for (;;);`;
/** Takes 4 MB more every few milliseconds, up to 400, once it is told to. */
const greedy = `
  const held = [];
  process.stdin.resume();
  setInterval(() => held.length < 100 && held.push(Buffer.alloc(4 << 20, 1)), 5);
`;

describe.each<[Controller]>([["cpu"], ["memory"]])("limits on %s", (controller) => {
  const missing = missingForLimits(controller);
  let store: string;
  let journal: FaultJournal;
  let supervisor: Supervisor;
  let limits: ResourceLimits;

  beforeEach(async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    store = mkdtempSync(join(tmpdir(), "rashomon-limits-"));
    journal = new FaultJournal(journalDirectory(store), { pid: 0, started: "", run: store });
    supervisor = new Supervisor(journal);
    limits = await ResourceLimits.open({
      nodes: ["n1"],
      controllers: neededControllers(["kill", controller]),
      name: `rashomon-test-${process.pid}`,
      journal,
      leader: (node) => supervisor.pid(node),
    });
  });
  afterEach(async () => {
    if (missing !== undefined) return;
    await supervisor.close();
    await limits.close();
    expect(journal.open.size).toBe(0);
  });

  const start = (program: string): void => {
    const specification = { command: process.execPath, arguments: ["-e", program] };
    supervisor.start("n1", specification, store, join(store, "log"));
    limits.started("n1");
  };
  const path = (): string => {
    const entry = [...journal.open.values()].find(({ kind }) => kind === "cgroup");
    return entry?.kind === "cgroup" ? entry.path : "";
  };

  if (controller === "cpu") {
    it("let a node wait for its turn, until they are lifted", async () => {
      start(busy);
      expect(await limits.unlimitCpu("n1")).toBeNull();
      await limits.limitCpu("n1", 0.02);
      const waits = async (): Promise<number> => {
        const seen = (await limits.unlimitCpu("n1")) ?? 0;
        await limits.limitCpu("n1", 0.02);
        return seen;
      };
      await expect.poll(waits, { timeout: 15_000, interval: 500 }).toBeGreaterThan(1);
      await limits.unlimitCpu("n1");
      expect(await limits.unlimitCpu("n1")).toBeNull();
    });
  } else {
    it("kill a node that needs more, and one that is started again has as much as it wants", async () => {
      start(`process.stdin.resume(); setTimeout(() => { ${greedy} }, 300)`);
      await limits.limitMemory("n1", 32 << 20);
      await expect.poll(() => supervisor.alive("n1"), { timeout: 20_000 }).toBe(false);
      expect(await limits.unlimitMemory("n1")).toBeGreaterThan(0);
      start(`process.stdin.resume()`);
      expect(await limits.unlimitMemory("n1")).toBeNull();
      // The kernel may take a moment to let go of whoever it killed.
      await expect.poll(() => membersOf(path())).toEqual([supervisor.pid("n1")]);
    });
  }

  it("are gone after healing when the harness is gone", async () => {
    start(busy);
    expect(membersOf(path())).toEqual([supervisor.pid("n1")]);
    const group = path();
    const [report] = await heal(journalDirectory(store));
    expect(report?.failed).toEqual([]);
    expect(report?.healed.map(({ outcome }) => outcome)).toEqual(["ended", "removed"]);
    expect(existsSync(group)).toBe(false);
  });
});
