import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { createRun } from "../../../histories/store/run-writer.ts";
import type { TestDescription } from "../../../histories/store/test-description.ts";
import type { Script } from "../../exploration/script.ts";
import { replayFileName, traceFileName, type KeptRun } from "../campaign/keep.ts";
import { traceText } from "../replay/fingerprint.ts";
import type { PlayedScript } from "./played-script.ts";

/** Writes the run of a script into the store, with the script as what replays it: all but its report. */
export async function keepScript(
  store: string,
  script: Script,
  played: PlayedScript,
  about: { readonly version: string; readonly started: string },
): Promise<KeptRun> {
  const description = describe(script, played, about);
  const kept = await createRun(store, description);
  try {
    for (const operation of played.history) kept.record(operation);
  } finally {
    kept.close();
  }
  await kept.writeResults({ format: 1, valid: played.valid, checks: played.verdicts });
  await writeFile(join(kept.folder, traceFileName), traceText(played.trace));
  const replayPath = join(kept.folder, replayFileName);
  await writeFile(replayPath, `${JSON.stringify(script, undefined, 2)}\n`);
  return { run: kept, description, replayPath };
}

function describe(
  { protocol, mutant, configuration, steps }: Script,
  { nodes, seconds, verdicts }: PlayedScript,
  { version, started }: { readonly version: string; readonly started: string },
): TestDescription {
  const clients = new Set(steps.map((step) => step["client"]).filter((client) => client !== undefined));
  return {
    format: 1,
    name: [protocol, mutant, configuration, "script"].filter((part) => part !== undefined).join("-"),
    system: protocol,
    ...(mutant === undefined ? {} : { mutant }),
    workload: configuration,
    seed: "script",
    nodes,
    concurrency: Math.max(1, clients.size),
    seconds: Math.max(0.001, seconds),
    faults: [],
    legend: [],
    checks: verdicts.map(({ checker }) => ({ checker })),
    command: `rashomon simulate --replay ${replayFileName}`,
    versions: { rashomon: version },
    started,
  };
}
