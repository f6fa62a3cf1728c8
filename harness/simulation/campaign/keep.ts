import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { FaultBand, TestDescription } from "../../../histories/store/test-description.ts";
import { createRun, type RunWriter } from "../../../histories/store/run-writer.ts";
import { workload as findWorkload } from "../../../workloads/index.ts";
import { healF, stabilizeF } from "../nemesis.ts";
import { traceText } from "../replay/fingerprint.ts";
import { replayText, type ReplayFile } from "../replay/replay-file.ts";
import { nodeNames } from "../runs/configuration.ts";
import { simulatedFaults } from "../runs/fault-kinds.ts";
import type { Replayed } from "../runs/scenario.ts";

/** Names inside the folder of a simulated run, besides those of every run. */
export const replayFileName = "replay.json";
export const traceFileName = "trace.jsonl";

/** A simulated run in the store. */
export interface KeptRun {
  readonly run: RunWriter;
  readonly description: TestDescription;
  readonly replayPath: string;
}

/** Writes the run of a replay file into the store: all but its report. */
export async function keepRun(store: string, file: ReplayFile, { run, trace }: Replayed): Promise<KeptRun> {
  const description = describe(file);
  const kept = await createRun(store, description);
  try {
    for (const operation of run.history) kept.record(operation);
  } finally {
    kept.close();
  }
  await kept.writeResults({ format: 1, valid: run.valid, checks: run.verdicts });
  await writeFile(join(kept.folder, traceFileName), traceText(trace));
  const replayPath = join(kept.folder, replayFileName);
  await writeFile(replayPath, replayText(file));
  return { run: kept, description, replayPath };
}

function describe({ version, seed, started, scenario }: ReplayFile): TestDescription {
  const { configuration, until } = scenario;
  const { protocol, mutant, workload, settings, concurrency, rate, faults } = configuration;
  const checks = findWorkload(workload).checks({ ...settings, concurrency, rate });
  const mentioned: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(settings)) if (value !== undefined) mentioned[name] = value;
  return {
    format: 1,
    name: [protocol, mutant, workload, "simulated"].filter((part) => part !== undefined).join("-"),
    system: protocol,
    ...(mutant === undefined ? {} : { mutant }),
    workload,
    seed,
    nodes: nodeNames(configuration.nodes),
    concurrency,
    rate,
    seconds: until / 1e6,
    faults,
    ...(Object.keys(mentioned).length === 0 ? {} : { settings: mentioned }),
    legend: legendOf(scenario.script.map(({ f }) => f)),
    checks: checks.map(({ checker, model, keyed, level }) => ({
      checker,
      ...(model === undefined ? {} : { model }),
      ...(keyed === undefined ? {} : { keyed }),
      ...(level === undefined ? {} : { level }),
    })),
    command: `rashomon simulate --replay ${replayFileName}`,
    versions: { rashomon: version },
    started,
  };
}

/** The faults that struck, and the time in which only a quorum was healed; the healing ends them all. */
function legendOf(functions: readonly string[]): FaultBand[] {
  const struck = simulatedFaults.flatMap(({ package: each }) =>
    each !== undefined && each.band.start.some((f) => functions.includes(f)) ? [each.band] : [],
  );
  const bands = struck.map((band) => ({ ...band, stop: [...band.stop, stabilizeF] }));
  if (!functions.includes(stabilizeF)) return bands;
  return [...bands, { name: "only a quorum healed", start: [stabilizeF], stop: [healF], color: "#5f6b7a" }];
}
