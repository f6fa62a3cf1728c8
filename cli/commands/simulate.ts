import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";

import { chalkStderr } from "chalk";
import { Command } from "commander";

import {
  planShared,
  planSimulation,
  runCampaign,
  sharedAlgorithm,
  simulationDefaults,
  type CampaignResult,
  type SimulationRequest,
} from "../../harness/index.ts";
import { UsageError } from "../../histories/errors.ts";
import { exitCodeOf, exitCodes } from "../exit-codes.ts";
import { keepFinding, type Kept } from "../kept-failure.ts";
import { integer, names, positive } from "../options.ts";
import { SimulationProgressLine } from "../simulation-progress.ts";
import { replayOnce } from "../simulation-replay.ts";
import { campaignInWords, failureInWords } from "../simulation-text.ts";
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
  readonly configuration?: string;
  readonly schedule?: string;
  readonly changes?: number;
  readonly steps?: number;
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
    .argument("[protocol]", "what to simulate (rashomon list systems); with --replay it may be left out")
    .option("--seeds <number>", "how many seeds", integer(1), 100)
    .option("--seed <number>", "the first seed", integer(0), 1)
    .option("--workload <name>", "what the clients do (default: each seed draws one of the protocol's)")
    .option("--mutant <name>", "a version of the protocol with a known bug (rashomon list systems <name>)")
    .option(
      "--faults <kinds>",
      "kinds of fault, by commas; all that the protocol's model bears, or none (default: all; rashomon list faults)",
      names,
    )
    .option("--nodes <number>", "number of nodes (default: drawn)", integer(1))
    .option("--time <seconds>", "virtual seconds in which faults strike (default: drawn, 2 to 16)", positive)
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
    .option("--configuration <name>", "of an algorithm on shared memory: its inputs (default: drawn)")
    .option(
      "--schedule <kind>",
      "of an algorithm on shared memory: uniform, or priorities that change at a few steps (default: drawn)",
    )
    .option("--changes <number>", "how often priorities change (default: drawn, 0 to 3)", integer(0))
    .option("--steps <number>", "steps that a run on shared memory may take (default: 10000)", integer(1))
    .option("--workers <number>", "seeds at a time", integer(1), availableParallelism())
    .option("--replay <file>", "replay a replay file, or a script of explore --save, instead")
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
  rashomon simulate test-and-set-lock-consensus --mutant lease --seeds 1000
  rashomon explore paxos --mutant half-quorum --save bug.json; rashomon simulate paxos --replay bug.json

Exit codes: ${exitCodes.valid} no seed failed, ${exitCodes.invalid} one did, ${exitCodes.unknown} nothing can be said (a replay: it is not the same run any more).`,
    )
    .action(async (protocol: string | undefined, flags: SimulateFlags) => {
      if (flags.replay !== undefined) {
        process.exitCode = await replayOnce(flags.replay, protocol, flags);
        return;
      }
      if (protocol === undefined) throw new UsageError("Which protocol? See rashomon list systems.");
      process.exitCode = await simulate(protocol, flags);
    });
}

async function simulate(protocol: string, flags: SimulateFlags): Promise<number> {
  const options = optionsOf(protocol, flags);
  const { seeds, seed, workers, shrink, shrinkRuns, store, json } = flags;
  const label = [protocol, flags.mutant].filter((part) => part !== undefined).join(" with the mutant ");
  process.stderr.write(
    `${chalkStderr.bold(label)}  ${planInWords(options)}, seeds ${seed} to ${seed + seeds - 1}\n`,
  );
  const line = new SimulationProgressLine(seeds);
  const interruption = new AbortController();
  // Each batch of seeds listens.
  setMaxListeners(0, interruption.signal);
  const interrupt = (): void => {
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
    interruption.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  const started = performance.now();
  const begun = new Date().toISOString();
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
        started: begun,
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
  for (const { finding } of result.failures) {
    kept.push(finding === undefined ? undefined : await keepFinding(store, finding, begun));
  }
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

/** What seeds may draw. */
function planInWords(options: SimulationRequest): string {
  const algorithm = sharedAlgorithm(options.protocol);
  if (algorithm !== undefined) {
    const { configurations, schedules } = planShared(algorithm, options);
    return `${configurations.map(({ name }) => name).join(", ")}, schedules: ${schedules.join(", ")}`;
  }
  const { faults, workloads } = planSimulation(options);
  const kinds = faults.map(({ kind }) => kind).join(", ") || "none";
  return `${workloads.map(({ workload }) => workload.name).join(", ")}, faults: ${kinds}`;
}

function optionsOf(protocol: string, flags: SimulateFlags): SimulationRequest {
  const { mutant, workload, faults, nodes, time, rate, concurrency, interval, liveness } = flags;
  const { configuration, schedule, changes, steps } = flags;
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
    ...(configuration === undefined ? {} : { configuration }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(changes === undefined ? {} : { changes }),
    ...(steps === undefined ? {} : { steps }),
  };
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
    ...(result.chances.length === 0 ? {} : { chances: result.chances }),
    ...(result.interrupted ? { interrupted: true } : {}),
  };
}
