import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";
import { describe, expect, test } from "vitest";

import { openRun } from "../histories/index.ts";
import { journalDirectory, readJournals } from "./journal.ts";
import { amongMachines, noMachines } from "./testing/machines.ts";
import { noNamespaces } from "./testing/namespaced-run.ts";

const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const faults = ["partition", "reset", "kill", "pause"];
/** What only other machines have of all that the others have as well; there it is done by other means. */
const remoteFaults = ["loss", "clock"];
/** The words of a run of so many seconds. */
const options = (seconds: number, more: readonly string[] = []): string =>
  `raft --faults ${[...faults, ...more].join(",")} --time ${seconds} --interval 0.5 --seed 11 --json`;
/** Long enough for all faults; and where a busy machine was too slow for that, the second time. */
const times = [5, 25];

/** Where nodes run, and how a user says so. Each gives the store of the run and what was said on standard error. */
const worlds = [
  { world: "proxies", missing: undefined, run: (seconds: number) => here(seconds, "--network proxies") },
  {
    world: "namespaces",
    missing: await noNamespaces(),
    run: (seconds: number) => here(seconds, "--network namespaces"),
  },
  {
    world: "remote",
    missing: await noMachines(),
    async run(seconds: number) {
      const { folder, stderr } = await amongMachines(
        3,
        `node ${program} test ${options(seconds, remoteFaults)} --inventory $folder/inventory.json --store $folder/store`,
        { CLOCKS: "own" },
      );
      return { store: join(folder, "store"), stderr };
    },
  },
];
for (const { world, missing } of worlds)
  if (missing !== undefined) process.stderr.write(`tests of the world ${world} are skipped: ${missing}\n`);

async function here(seconds: number, network: string) {
  const store = mkdtempSync(join(tmpdir(), "rashomon-world-"));
  const words = `${options(seconds)} ${network} --store ${store}`.split(" ");
  const { stderr } = await execa(process.execPath, [program, "test", ...words], {
    reject: false,
    env: { NO_COLOR: "1" },
  });
  return { store, stderr };
}

/** What is to be seen of the faults. */
const shown = ["start-partition", "stop-partition", "start-reset", "kill", "restart", "pause", "resume"];

const shownRemotely = ["start-loss", "stop-loss", "skew-clock", "reset-clock"];

/** What every world keeps, whatever nodes and links are made of. */
describe.each(worlds.filter(({ missing }) => missing === undefined))(
  "a run in the world $world",
  ({ world, run }) => {
    test("has every fault, heals it, judges what clients saw, and keeps what nodes wrote", async () => {
      for (const seconds of times) {
        const { store, stderr } = await run(seconds);
        const stored = await openRun(store);
        const results = await stored.results();
        const description = await stored.test();
        expect(stderr).not.toMatch(/fault .* failed|after the final healing/);
        expect(results?.valid).toBe(true);
        expect(description.network).toBe(world);
        expect(await stored.consensusLogs()).toHaveLength(description.nodes.length);
        expect(readJournals(journalDirectory(store))).toEqual([]);
        const done = [...(await stored.history())].filter(
          (each) => each.process === "nemesis" && each.error === undefined,
        );
        const all = world === "remote" ? [...shown, ...shownRemotely] : shown;
        const missed = all.filter((f) => !done.some((each) => each.f === f));
        if (seconds === times.at(-1)) expect(missed).toEqual([]);
        if (missed.length === 0) return;
      }
    }, 180_000);
  },
);

const missing = worlds.find(({ world }) => world === "remote")?.missing;

describe.skipIf(missing !== undefined)(
  "a harness that is killed while links of other machines are cut",
  () => {
    test("leaves no node there, and a journal by which the links are healed", async () => {
      const { stdout } = await amongMachines(
        2,
        `
      there() { ssh -F $folder/ssh_config 10.99.0.$1 "$2"; }
      rules() { for i in 1 2; do there $i 'nft list ruleset'; done; }
      node ${program} test paxos --inventory $folder/inventory.json --faults partition --interval 0.5 --time 60 --seed 3 --store $folder/store 2>/dev/null &
      harness=$!
      for i in $(seq 100); do rules | grep -q drop && break; sleep 0.1; done
      kill -KILL $harness
      rules | grep -c drop | sed 's/^[1-9].*/cut: yes/'
      for i in $(seq 100); do pgrep -f harness/[h]ost >/dev/null || break; sleep 0.1; done
      echo "nodes: $(pgrep -cf harness/[h]ost)"
      node ${program} heal --store $folder/store
      echo "rules: $(rules | grep -c rashomon)"
      `,
      );
      expect(stdout).toContain("cut: yes");
      expect(stdout).toContain("nodes: 0");
      expect(stdout).toMatch(/remote-table n\d.*: removed/);
      expect(stdout).toMatch(/remote-process n\d.*: was gone/);
      expect(stdout).toContain("rules: 0");
    });
  },
);
