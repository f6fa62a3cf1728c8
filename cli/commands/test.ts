import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";

import { chalkStderr } from "chalk";
import { Command, Option } from "commander";

import { planTest, runTest, testDefaults, type TestOptions, type TestRun } from "../../harness/index.ts";
import { UsageError } from "../../histories/errors.ts";
import { keyDistributions } from "../../workloads/index.ts";
import { exitCodeOf, exitCodes } from "../exit-codes.ts";
import { judgeInWorker } from "../judge-pool.ts";
import { bytes, integer, names, positive, settings } from "../options.ts";
import { ProgressLine } from "../progress.ts";
import { isFile } from "../user-module.ts";
import { loadSystem } from "../user-system.ts";
import { version } from "../version.ts";

interface TestFlags {
  readonly workload?: string;
  readonly mutant?: string;
  readonly faults?: readonly string[];
  readonly nodes?: number;
  readonly time?: number;
  readonly rate?: number;
  readonly concurrency?: number;
  readonly interval?: number;
  readonly seed?: string;
  readonly store: string;
  readonly steps?: number;
  readonly bytes?: number;
  readonly json?: true;
  readonly checkWhileRunning?: true;
  readonly stopAtViolation?: true;
  readonly isolation?: string;
  readonly isolationLevel?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly keyCount?: number;
  readonly keyDistribution?: string;
  readonly minTransactionLength?: number;
  readonly maxTransactionLength?: number;
  readonly maxWritesPerKey?: number;
  readonly keys?: number;
  readonly operationsPerKey?: number;
  readonly threadsPerKey?: number;
  readonly processesPerKey?: number;
  readonly groupSize?: number;
  readonly accounts?: number;
  readonly totalAmount?: number;
  readonly maxTransfer?: number;
  readonly negativeBalances?: true;
}

export function testCommand(): Command {
  return new Command("test")
    .summary("run a system through faults and judge what its clients saw")
    .description(
      "Starts a system as real processes, lets clients act on it while the network is cut and nodes are killed and paused, records what they saw, checks it, and writes a report. Everything of a run is kept in the store.",
    )
    .argument("<system>", "what to test: a name (rashomon list systems), or a file with a system of your own")
    .option("--workload <name>", "what the clients do (default: the system's first)")
    .option("--mutant <name>", "a version of the system with a known bug (rashomon list systems)")
    .option(
      "--faults <kinds>",
      `kinds of fault, by commas; all or none (default: ${testDefaults.faults.join(",")})`,
      names,
    )
    .option("--nodes <number>", "number of nodes (default: the system's)", integer(1))
    .option("--time <seconds>", `how long the clients act (default: ${testDefaults.seconds})`, positive)
    .option(
      "--rate <number>",
      `operations a second, all clients together (default: ${testDefaults.rate})`,
      positive,
    )
    .option("--concurrency <number>", "number of clients (default: two a node)", integer(1))
    .option(
      "--interval <seconds>",
      "mean time between start and stop of a fault (default: a sixth of the time)",
      positive,
    )
    .option(
      "--isolation <level>",
      "transactions: the isolation level to hold (default: what the system promises; rashomon list levels)",
    )
    .option(
      "--isolation-level <level>",
      "databases: the level at which their transactions run (default: the system's; rashomon list systems)",
    )
    .option(
      "--set <name=value>",
      "databases: how the system is set up; may be repeated (rashomon list systems)",
      settings,
    )
    .option("--key-count <number>", "transactions: keys in use at any one time (default: 10)", integer(1))
    .addOption(
      new Option(
        "--key-distribution <name>",
        "transactions: how often each of these is used (default: exponential, the first twice as often as the second)",
      ).choices(keyDistributions),
    )
    .option(
      "--min-transaction-length <number>",
      "transactions: fewest operations of one (default: 1)",
      integer(1),
    )
    .option(
      "--max-transaction-length <number>",
      "transactions: most operations of one (default: 4)",
      integer(1),
    )
    .option(
      "--max-writes-per-key <number>",
      "transactions: after at most so many writes a fresh key takes a key's place (default: 256)",
      integer(1),
    )
    .option(
      "--keys <number>",
      "register, write-skew, causal-reverse: keys in all (default: no end)",
      integer(1),
    )
    .option(
      "--operations-per-key <number>",
      "register, causal-reverse: then clients go on to a fresh key (default: 200; 100)",
      integer(1),
    )
    .option(
      "--threads-per-key <number>",
      "the same: clients that act on one key (default: about 5)",
      integer(1),
    )
    .option(
      "--processes-per-key <number>",
      "register: processes, counting crashed ones, that act on one key (default: 20)",
      integer(1),
    )
    .option("--group-size <number>", "long-fork: keys that are read together (default: 2)", integer(2))
    .option("--accounts <number>", "bank: number of accounts (default: 8)", integer(2))
    .option("--total-amount <number>", "bank: what they hold together (default: 100)", integer(0))
    .option("--max-transfer <number>", "bank: the most that is transferred at once (default: 5)", integer(1))
    .option("--negative-balances", "bank: accounts may be overdrawn")
    .option("--check-while-running", "judge the history as it is recorded, and tell of a violation at once")
    .option("--stop-at-violation", "with it: end the run at the first violation")
    .option("--seed <text>", "seed of the schedule (default: drawn, and shown)")
    .option("--store <directory>", "where runs are kept", "store")
    .option("--steps <number>", "when judging, end the search of each object after so many steps", integer(1))
    .option(
      "--bytes <size>",
      "when judging, end the search of each object when its tables are so large, as 512MiB",
      bytes,
    )
    .option("--json", "print the outcome as one line of JSON")
    .addHelpText(
      "after",
      `
Examples:
  rashomon test paxos
  rashomon test paxos --workload register --faults partition,kill,pause --time 15 --seed 7
  rashomon test paxos --mutant local-reads --nodes 3 --faults partition
  rashomon test paxos --mutant local-reads --faults partition --check-while-running --stop-at-violation
  rashomon test memory-register --faults none --rate 2000
  rashomon test serializable-store --workload list-append --mutant lost-update --faults none --time 5
  rashomon test snapshot-store --workload list-append --isolation serializable --max-transaction-length 6
  rashomon test postgres --isolation-level repeatable-read --isolation serializable --faults kill,pause
  rashomon test ./my-system.ts --nodes 3 --faults partition --time 30
  rashomon test snapshot-store --workload bank --accounts 4 --total-amount 40`,
    )
    .action(async (system: string, flags: TestFlags) => {
      const {
        time,
        store,
        json,
        seed,
        checkWhileRunning,
        stopAtViolation,
        steps,
        bytes: memory,
        workload,
        mutant,
        faults,
        nodes,
        rate,
        concurrency,
        interval,
        isolation,
        isolationLevel,
        set = {},
        ...workloadSettings
      } = flags;
      if (stopAtViolation === true && checkWhileRunning !== true)
        throw new UsageError("--stop-at-violation goes with --check-while-running.");
      const options: TestOptions = {
        system,
        ...(isFile(system) ? { own: await loadSystem(system) } : {}),
        seed: seed ?? String(randomInt(2 ** 32)),
        ...given({ workload, mutant, faults, nodes, rate, concurrency, interval }),
        settings: given({ ...workloadSettings, level: isolation }),
        systemSettings: {
          ...set,
          ...(isolationLevel === undefined ? {} : { "isolation-level": isolationLevel }),
        },
        ...(time === undefined ? {} : { seconds: time }),
        ...(checkWhileRunning === true ? { whileRunning: stopAtViolation === true ? "stop" : "tell" } : {}),
      };
      const budget = {
        ...(steps === undefined ? {} : { steps }),
        ...(memory === undefined ? {} : { bytes: memory }),
      };
      process.exitCode = await testOnce(options, { store, json: json === true, budget });
    });
}

/** The members that are there. */
function given<Flags extends object>(flags: Flags): { [Name in keyof Flags]?: NonNullable<Flags[Name]> } {
  const there: { [Name in keyof Flags]?: NonNullable<Flags[Name]> } = {};
  for (const name of Object.keys(flags) as (keyof Flags)[]) {
    const value = flags[name];
    if (value !== undefined && value !== null) there[name] = value;
  }
  return there;
}

/** Runs one test, says how it went, and gives the exit code. */
export async function testOnce(
  options: TestOptions,
  { store, json, budget = {} }: { store: string; json: boolean; budget?: { steps?: number; bytes?: number } },
): Promise<number> {
  const plan = planTest(options, {
    versions: { rashomon: version, node: process.versions.node },
    started: new Date().toISOString(),
  });
  const { description } = plan;
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  say(
    `${chalkStderr.bold(description.name)}  ${description.nodes.length} nodes, ${description.concurrency} clients, faults: ${description.faults.join(", ") || "none"}, seed ${description.seed}`,
  );
  for (const note of plan.notes) say(chalkStderr.dim(note));
  const line = new ProgressLine(description.seconds);
  const interruption = new AbortController();
  const interrupt = (): void => {
    // The second time, at once: the keeper ends the nodes, and the next run heals what is left.
    if (interruption.signal.aborted) {
      line.stop();
      process.exit(exitCodes.interrupted);
    }
    line.aside("interrupted: healing, and keeping what was recorded (again to leave at once)");
    interruption.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  let run: TestRun;
  try {
    run = await runTest(plan, store, {
      progress: (progress) => line.update(progress),
      note: (text) => line.aside(text),
      signal: interruption.signal,
    });
  } finally {
    line.stop();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
  const { folder, whileRunning } = run;
  const outcome = await judgeInWorker({
    path: folder,
    record: true,
    workers: availableParallelism(),
    ...budget,
    ...(whileRunning === undefined ? {} : { whileRunning }),
  });
  process.stdout.write(json ? `${outcome.json}\n` : `${outcome.text}\n`);
  return interruption.signal.aborted ? exitCodes.interrupted : exitCodeOf(outcome.valid);
}
