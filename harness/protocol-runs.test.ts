import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, it } from "vitest";

import { checkConsensusLog, runChecks } from "../checkers/index.ts";
import { openRun, readConsensusLogs, type History } from "../histories/index.ts";
import { protocols } from "../systems/catalogue.ts";
import { journalDirectory, readJournals } from "./journal.ts";
import { processTable } from "./local/process-table.ts";
import { protocolSystem } from "./protocol-system.ts";
import { runTest } from "./run-test.ts";
import { planTest } from "./test-plan.ts";

/** The second workload of the one, the first of the next: each kind is run by some. Of faults those that it bears. */
const cases = protocols.map((protocol, i) => ({
  name: protocol.name,
  workload: protocol.workloads[(i + 1) % protocol.workloads.length] ?? "",
  faults: (["kill", "partition"] as const).filter((kind) => protocolSystem(protocol).capabilities.has(kind)),
}));

/** Fewest operations that were ok, of a run that says something. */
const enough = 10;

describe.concurrent("each protocol of the catalogue, as real processes", { timeout: 150_000 }, () => {
  it.for(cases)("$name: $workload", async ({ name, workload, faults }, { expect }) => {
    // With this seed one node of three is killed and cut off early on. Where a busy machine did not come to it, once more and for longer.
    for (const seconds of [2, 6]) {
      const plan = planTest(
        { system: name, workload, faults, seed: "4", nodes: 3, seconds, interval: seconds * 0.4, rate: 100 },
        { versions: { rashomon: "test" }, started: "2026-01-02T03:04:05.678Z" },
      );
      const store = mkdtempSync(join(tmpdir(), `rashomon-${name}-`));
      const notes: string[] = [];
      const { folder } = await runTest(plan, store, { note: (text) => notes.push(text) });
      const run = await openRun(folder);
      const history = await run.history();
      expect(notes).toEqual([]);
      expect(leftovers(store)).toEqual([]);
      expect(readJournals(journalDirectory(store))).toEqual([]);

      const { valid, checks } = runChecks(history, plan.description.checks);
      expect(checks.flatMap(({ anomalies }) => anomalies)).toEqual([]);
      const committed = checkConsensusLog(await readConsensusLogs(await run.consensusLogs()));
      expect(committed.anomalies).toEqual([]);

      const seen = outcomes(history);
      const lacks = [
        ...(valid === "unknown" ? ["evidence"] : []),
        ...faults.filter((kind) => !seen.faults.has(kind) && !seen.faults.has(`start-${kind}`)),
        ...(seen.ok < enough ? ["operations that were ok"] : []),
        ...(seen.unknown > seen.ok ? ["operations of known outcome"] : []),
        ...(seen.okWhenHealed === 0 ? ["service once all was healed"] : []),
      ];
      if (lacks.length === 0) return;
      if (seconds > 2) expect(lacks).toEqual([]);
    }
  });
});

interface Outcomes {
  ok: number;
  unknown: number;
  /** Those that were ok after the last fault was undone. */
  okWhenHealed: number;
  /** What was done to nodes and links. */
  readonly faults: Set<string>;
}

function outcomes(history: History): Outcomes {
  const seen: Outcomes = { ok: 0, unknown: 0, okWhenHealed: 0, faults: new Set() };
  for (const { process, type, f, error } of history) {
    if (process === "nemesis") {
      seen.okWhenHealed = 0;
      if (error === undefined) seen.faults.add(f);
    } else if (type === "ok") {
      seen.ok++;
      seen.okWhenHealed++;
    } else if (type === "info") seen.unknown++;
  }
  return seen;
}

/** Processes of a run that it forgot. */
function leftovers(store: string): number[] {
  return processTable()
    .map(({ pid }) => pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(store);
      } catch {
        return false;
      }
    });
}
