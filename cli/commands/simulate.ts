import { availableParallelism } from "node:os";
import { join } from "node:path";

import chalk, { chalkStderr } from "chalk";
import { Command } from "commander";

import {
  keepRun,
  parseReplay,
  planSimulation,
  readReplayFile,
  replay,
  replayScenario,
  runCampaign,
  simulationDefaults,
  type CampaignResult,
  type FailureGroup,
  type Replayed,
  type ReplayFile,
  type SimulationRequest,
} from "../../harness/index.ts";
import { UsageError } from "../../histories/errors.ts";
import { writeReport } from "../../reports/index.ts";
import { exitCodeOf, exitCodes } from "../exit-codes.ts";
import { integer, names, positive } from "../options.ts";
import { SimulationProgressLine } from "../simulation-progress.ts";
import { campaignInWords, failureInWords, scriptInWords } from "../simulation-text.ts";
import { version } from "../version.ts";

interface SimulateFlags {
  readonly seeds: number;
  readonly seed: number;
  readonly mutant?: string;
  readonly workload?: string;
  readonly faults?: readonly string[];
  readonly nodes?: number;
  readonly time?: number;
  readonly rate?: number;
  readonly concurrency?: number;
  readonly interval?: number;
  readonly liveness?: number;
  readonly workers: number;
  readonly replay?: string;
  readonly shrink: boolean;
  readonly shrinkRuns: number;
  readonly store: string;
  readonly json?: true;
}

export function simulateCommand(): Command {
  return new Command("simulate")
    .summary("run a protocol in a simulated world, thousands of times")
    .description(
      "Runs a bundled protocol in virtual time, once a seed. Each seed draws which faults are on, how many nodes there are, how fast the network is; then clients act while faults strike, a quorum alone is healed and must serve again, and everything is. What clients saw is checked as that of real runs, and the protocol's properties are watched from inside. The first failure of each kind is made as small as it gets, and kept with a file that replays it to the letter.",
    )
    .argument("[protocol]", "what to simulate (rashomon list systems); none with --replay")
    .option("--seeds <number>", "how many seeds", integer(1), 100)
    .option("--seed <number>", "the first seed", integer(0), 1)
    .option("--workload <name>", "what the clients do (default: each seed draws one of the protocol's)")
    .option("--mutant <name>", "a version of the protocol with a known bug (rashomon list systems)")
    .option(
      "--faults <kinds>",
      "kinds of fault, by commas; all that the protocol's model bears, or none (default: all; rashomon list faults)",
      names,
    )
    .option("--nodes <number>", "number of nodes (default: drawn)", integer(1))
    .option("--time <seconds>", "virtual seconds in which faults strike (default: drawn, 2 to 8)", positive)
    .option(
      "--rate <number>",
      "operations a second, all clients together (default: drawn, 20 to 100)",
      positive,
    )
    .option("--concurrency <number>", "number of clients (default: drawn, one or two a node)", integer(1))
    .option("--interval <seconds>", "mean time between start and stop of a fault (default: drawn)", positive)
    .option(
      "--liveness <seconds>",
      `virtual seconds within which a healed quorum must serve again (default: ${simulationDefaults.liveness})`,
      positive,
    )
    .option("--workers <number>", "seeds at a time", integer(1), availableParallelism())
    .option("--replay <file>", "replay the failure of a replay file instead")
    .option("--no-shrink", "keep failures as large as they are")
    .option("--shrink-runs <number>", "how many runs shrinking one failure may take", integer(1), 1000)
    .option("--store <directory>", "where failures are kept", "store")
    .option("--json", "print the outcome as one line of JSON")
    .addHelpText(
      "after",
      `
Examples:
  rashomon simulate paxos --seeds 1000
  rashomon simulate paxos --mutant forgetful-acceptor --faults kill
  rashomon simulate paxos --mutant half-quorum --nodes 3 --faults none --seeds 20
  rashomon simulate raft --seeds 100 --seed 1000 --time 20
  rashomon simulate --replay store/latest/replay.json

Exit codes: ${exitCodes.valid} no seed failed, ${exitCodes.invalid} one did, ${exitCodes.unknown} nothing can be said (a replay: it is not the same run any more).`,
    )
    .action(async (protocol: string | undefined, flags: SimulateFlags) => {
      if (flags.replay !== undefined) {
        if (protocol !== undefined)
          throw new UsageError("--replay takes its protocol from the file; leave it out.");
        process.exitCode = await replayOnce(flags.replay, flags);
        return;
      }
      if (protocol === undefined) throw new UsageError("Which protocol? See rashomon list systems.");
      process.exitCode = await simulate(protocol, flags);
    });
}

async function simulate(protocol: string, flags: SimulateFlags): Promise<number> {
  const options = optionsOf(protocol, flags);
  const { faults, workloads } = planSimulation(options);
  const { seeds, seed, workers, shrink, shrinkRuns, store, json } = flags;
  const label = [protocol, flags.mutant].filter((part) => part !== undefined).join(" with the mutant ");
  process.stderr.write(
    `${chalkStderr.bold(label)}  ${workloads.map(({ workload }) => workload.name).join(", ")}, seeds ${seed} to ${seed + seeds - 1}, faults: ${faults.map(({ kind }) => kind).join(", ") || "none"}\n`,
  );
  const line = new SimulationProgressLine(seeds);
  const interruption = new AbortController();
  const interrupt = (): void => {
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
    interruption.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  const started = performance.now();
  let result: CampaignResult;
  try {
    result = await runCampaign(
      {
        ...options,
        seeds,
        first: seed,
        workers,
        shrinking: shrink ? shrinkRuns : 0,
        version,
        started: new Date().toISOString(),
      },
      { progress: (progress) => line.update(progress), signal: interruption.signal },
    );
  } finally {
    line.stop();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
  const seconds = (performance.now() - started) / 1000;
  const kept: (Kept | undefined)[] = [];
  for (const failure of result.failures) kept.push(await keep(store, failure));
  if (json === true)
    process.stdout.write(`${JSON.stringify(asData(options, flags, result, kept, seconds))}\n`);
  else {
    process.stdout.write(`${campaignInWords(result, seconds)}\n`);
    result.failures.forEach((failure, i) => {
      process.stdout.write(`\n${failureInWords(failure, kept[i])}\n`);
    });
  }
  return result.interrupted ? exitCodes.interrupted : exitCodeOf(result.valid);
}

function optionsOf(protocol: string, flags: SimulateFlags): SimulationRequest {
  const { mutant, workload, faults, nodes, time, rate, concurrency, interval, liveness } = flags;
  return {
    protocol,
    ...(mutant === undefined ? {} : { mutant }),
    ...(workload === undefined ? {} : { workload }),
    ...(faults === undefined ? {} : { faults }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(time === undefined ? {} : { seconds: time }),
    ...(rate === undefined ? {} : { rate }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(interval === undefined ? {} : { interval }),
    ...(liveness === undefined ? {} : { liveness }),
  };
}

/** Where a failure is kept. */
export interface Kept {
  readonly folder: string;
  readonly replay: string;
  readonly report: string;
  readonly file: ReplayFile;
}

/** Keeps the first failure of a kind in the store, with its report. */
async function keep(store: string, { finding }: FailureGroup): Promise<Kept | undefined> {
  if (finding === undefined) return undefined;
  const file = parseReplay(finding.replay, "the replay file");
  return keepReplayed(store, file, replayScenario(file.scenario));
}

async function keepReplayed(store: string, file: ReplayFile, replayed: Replayed): Promise<Kept> {
  let kept: Awaited<ReturnType<typeof keepRun>>;
  try {
    kept = await keepRun(store, file, replayed);
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new UsageError(
      `Runs cannot be kept in ${store}: ${error.message}. Choose a folder with --store.`,
      "E_STORE",
    );
  }
  const { run, description, replayPath } = kept;
  const { history, verdicts, valid } = replayed.run;
  const { trace } = replayed;
  writeReport(run.reportPath, { description, history, verdicts, valid, trace, source: "history.jsonl" });
  return { folder: run.folder, replay: replayPath, report: run.reportPath, file };
}

function asData(
  { protocol, mutant }: SimulationRequest,
  { seed }: SimulateFlags,
  result: CampaignResult,
  kept: readonly (Kept | undefined)[],
  seconds: number,
): object {
  return {
    valid: result.valid,
    protocol,
    ...(mutant === undefined ? {} : { mutant }),
    seeds: result.seeds,
    first: seed,
    events: result.events,
    operations: result.operations,
    virtualSeconds: result.microseconds / 1e6,
    seconds,
    failures: result.failures.map(({ signature, seeds, finding }, i) => ({
      ...signature,
      seeds,
      ...(finding === undefined
        ? {}
        : {
            seed: finding.seed,
            explanation: finding.explanation,
            before: finding.before,
            after: finding.after,
            runs: finding.runs,
          }),
      ...(kept[i] === undefined ? {} : { folder: kept[i].folder, replay: kept[i].replay }),
    })),
    unknown: Object.fromEntries(result.unknown),
    ...(result.interrupted ? { interrupted: true } : {}),
  };
}

/** Replays a file; says whether it is the same run, and keeps it like any. */
async function replayOnce(path: string, { store, json }: SimulateFlags): Promise<number> {
  const file = readReplayFile(path);
  const outcome = replay(file, version);
  const kept = await keepReplayed(store, file, outcome);
  const { run, same, failed, difference } = outcome;
  const { checker, anomaly, explanation } = file.expected;
  const summary = `${file.scenario.configuration.protocol}, seed ${file.seed}: ${checker}: ${anomaly}`;
  if (json === true) {
    const failures = failed
      ? [
          {
            checker,
            anomaly,
            explanation,
            seeds: [Number(file.seed)],
            folder: kept.folder,
            replay: kept.replay,
          },
        ]
      : [];
    process.stdout.write(
      `${JSON.stringify({ valid: same ? run.valid : "unknown", same, ...(difference === undefined ? {} : { difference }), seeds: 1, events: run.events, failures })}\n`,
    );
  } else {
    const verdict = same
      ? chalk.green("the same run, to the letter")
      : chalk.yellow(`another run: ${difference ?? ""}`);
    process.stdout.write(`${chalk.bold(summary)}\n${verdict}\n`);
    process.stdout.write(
      failed ? `${explanation}\n\n${scriptInWords(run)}\n` : "The failure was not seen again.\n",
    );
    process.stdout.write(`report ${join(kept.report)}\n`);
  }
  return same ? exitCodeOf(run.valid) : exitCodes.unknown;
}
