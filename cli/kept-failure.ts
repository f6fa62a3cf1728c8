import {
  keepRun,
  keepScript,
  parseReplay,
  playScript,
  replayScenario,
  type Finding,
  type KeptRun,
  type PlayedScript,
  type Replayed,
  type ReplayFile,
} from "../harness/index.ts";
import { parseScript, type Script } from "../harness/exploration/index.ts";
import { UsageError } from "../histories/errors.ts";
import { writeReport } from "../reports/index.ts";
import { scriptInWords, stepsOfScript } from "./simulation-text.ts";
import { version } from "./version.ts";

/** Where a failure is kept, and what happens in it. */
export interface Kept {
  readonly folder: string;
  readonly replay: string;
  readonly report: string;
  /** The run in words, a line an event. */
  readonly words: string;
}

/** Keeps the first failure of a kind in the store, with its report. */
export async function keepFinding(store: string, finding: Finding, started: string): Promise<Kept> {
  if (finding.replay.includes('"format": "rashomon-script"')) {
    const script = parseScript(finding.replay, "the script");
    return keepPlayed(store, script, playScript(script), started);
  }
  const file = parseReplay(finding.replay, "the replay file");
  return keepReplayed(store, file, replayScenario(file.scenario));
}

export async function keepReplayed(store: string, file: ReplayFile, replayed: Replayed): Promise<Kept> {
  const { run, description, replayPath } = await inStore(store, () => keepRun(store, file, replayed));
  const { history, verdicts, valid } = replayed.run;
  const { trace } = replayed;
  writeReport(run.reportPath, { description, history, verdicts, valid, trace, source: "history.jsonl" });
  const words = scriptInWords(replayed.run.history);
  return { folder: run.folder, replay: replayPath, report: run.reportPath, words };
}

/** Keeps the run of a script. */
export async function keepPlayed(
  store: string,
  script: Script,
  played: PlayedScript,
  started: string,
): Promise<Kept> {
  const { run, description, replayPath } = await inStore(store, () =>
    keepScript(store, script, played, { version, started }),
  );
  const { history, verdicts, valid, trace } = played;
  writeReport(run.reportPath, { description, history, verdicts, valid, trace, source: "history.jsonl" });
  return {
    folder: run.folder,
    replay: replayPath,
    report: run.reportPath,
    words: stepsOfScript(played),
  };
}

async function inStore(store: string, keep: () => Promise<KeptRun>): Promise<KeptRun> {
  try {
    return await keep();
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new UsageError(
      `Runs cannot be kept in ${store}: ${error.message}. Choose a folder with --store.`,
      "E_STORE",
    );
  }
}
