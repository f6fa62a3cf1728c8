import { readFileSync } from "node:fs";

import chalk from "chalk";

import {
  expectedOf,
  parseReplay,
  playScript,
  readReplayFile,
  replay,
  type ReplayFile,
} from "../harness/index.ts";
import { parseScript, type Script } from "../harness/exploration/index.ts";
import { UsageError } from "../histories/errors.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import { keepPlayed, keepReplayed } from "./kept-failure.ts";
import { version } from "./version.ts";

export interface ReplayFlags {
  readonly store: string;
  readonly json?: true;
}

/** Replays a file of a simulated run, or the script of a run that exploration found; keeps the run like any. */
export async function replayOnce(
  path: string,
  protocol: string | undefined,
  flags: ReplayFlags,
): Promise<number> {
  const file = fileAt(path);
  const own = "steps" in file ? file.protocol : file.scenario.configuration.protocol;
  if (protocol !== undefined && protocol !== own) {
    throw new UsageError(`${path} is a run of ${own}, not of ${protocol}.`);
  }
  return "steps" in file ? replayScript(file, flags) : replaySimulated(file, flags);
}

function fileAt(path: string): ReplayFile | Script {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    // It says what is wrong.
    return readReplayFile(path);
  }
  return isScript(text) ? parseScript(text, path) : parseReplay(text, path);
}

function isScript(text: string): boolean {
  return /^\s*\{\s*"format":\s*"rashomon-script"/.test(text);
}

/** Says whether it is the same run. */
async function replaySimulated(file: ReplayFile, { store, json }: ReplayFlags): Promise<number> {
  const outcome = replay(file, version);
  const kept = await keepReplayed(store, file, outcome);
  const { run, same, failed, difference } = outcome;
  const { checker, anomaly, explanation } = file.expected;
  const summary = `${file.scenario.configuration.protocol}, seed ${file.seed}: ${checker}: ${anomaly}`;
  if (json === true) {
    const { folder } = kept;
    const failure = {
      checker,
      anomaly,
      explanation,
      seeds: [Number(file.seed)],
      folder,
      replay: kept.replay,
    };
    process.stdout.write(
      `${JSON.stringify({ valid: same ? run.valid : "unknown", same, ...(difference === undefined ? {} : { difference }), seeds: 1, events: run.events, failures: failed ? [failure] : [] })}\n`,
    );
  } else {
    const verdict = same
      ? chalk.green("the same run, to the letter")
      : chalk.yellow(`another run: ${difference ?? ""}`);
    process.stdout.write(`${chalk.bold(summary)}\n${verdict}\n`);
    process.stdout.write(failed ? `${explanation}\n\n${kept.words}\n` : "The failure was not seen again.\n");
    process.stdout.write(`report ${kept.report}\n`);
  }
  return same ? exitCodeOf(run.valid) : exitCodes.unknown;
}

/** Says whether the property that exploration found broken breaks in the simulated world too. */
async function replayScript(script: Script, { store, json }: ReplayFlags): Promise<number> {
  const played = playScript(script);
  const { confirmed, events, verdicts } = played;
  const kept = await keepPlayed(store, script, played, new Date().toISOString());
  const { checker, anomaly } = expectedOf(script, played);
  const explanation =
    verdicts.find((verdict) => verdict.checker === checker)?.anomalies[0]?.explanation ?? script.explanation;
  const valid = confirmed === "unknown" ? "unknown" : played.valid;
  const { folder } = kept;
  if (json === true) {
    const failure = { checker, anomaly, explanation, seeds: [], folder, replay: kept.replay };
    process.stdout.write(
      `${JSON.stringify({ valid, same: confirmed, protocol: script.protocol, seeds: 1, events, failures: confirmed === true ? [failure] : [] })}\n`,
    );
  } else {
    const { protocol, mutant, configuration, property } = script;
    const name = [protocol, mutant].filter((part) => part !== undefined).join(" with ");
    process.stdout.write(`${chalk.bold(`${name}, ${configuration}: ${property}`)}\n`);
    process.stdout.write(
      confirmed === true
        ? `${chalk.green("broken in the simulated world too")}\n${explanation}\n\n${kept.words}\n`
        : confirmed === "unknown"
          ? `${chalk.yellow("the steps can be taken; that no good state can be reached from there, no single run can show")}\n\n${kept.words}\n`
          : `${chalk.yellow("not broken by these steps")}\n`,
    );
    process.stdout.write(`report ${kept.report}\n`);
  }
  return exitCodeOf(valid);
}
