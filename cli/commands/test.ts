import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";

import { chalkStderr } from "chalk";
import { Command, Option } from "commander";

import {
  chooseNetwork,
  enterNamespace,
  holdOntoLife,
  isInNamespace,
  networkChoices,
  planTest,
  probeMachines,
  readInventory,
  runTest,
  testDefaults,
  type NetworkChoice,
  type NetworkKind,
  type TestOptions,
  type TestRun,
} from "../../harness/index.ts";
import { UsageError } from "../../histories/errors.ts";
import { counted } from "../../reports/index.ts";
import { keyDistributions } from "../../workloads/index.ts";
import { exitCodeOf, exitCodes } from "../exit-codes.ts";
import { judgeInWorker } from "../judge-pool.ts";
import { bytes, gathered, integer, names, positive, settings } from "../options.ts";
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
  readonly network?: NetworkChoice;
  readonly seed?: string;
  readonly url?: readonly string[];
  readonly inventory?: string;
  readonly keep?: true;
  readonly store: string;
  readonly steps?: number;
  readonly bytes?: number;
  readonly json?: true;
  readonly checkWhileRunning?: true;
  readonly stopAtViolation?: true;
  readonly isolation?: string;
  readonly isolationLevel?: string;
  readonly promise?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly keyCount?: number;
  readonly keyDistribution?: string;
  readonly minTransactionLength?: number;
  readonly maxTransactionLength?: number;
  readonly maxWritesPerKey?: number;
  readonly functions?: string;
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
    .option("--mutant <name>", "a version of the system with a known bug (rashomon list systems <name>)")
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
    .addOption(
      new Option(
        "--network <kind>",
        "how nodes are joined: network namespaces, or proxies; auto takes namespaces where they can be had (rashomon doctor)",
      )
        .choices(networkChoices)
        .default("auto"),
    )
    .option(
      "--isolation <level>",
      "transactions: the isolation level to hold (default: what the system promises; rashomon list levels)",
    )
    .option(
      "--promise <name>",
      "register, set, queue, log, counter, lock, broadcasts: what is promised (default: what the system claims; docs/workloads.md)",
    )
    .option(
      "--isolation-level <level>",
      "databases: the level at which their transactions run (default: the system's; rashomon list systems <name>)",
    )
    .option(
      "--set <name=value>",
      "databases: how the system is set up; may be repeated (rashomon list systems <name>)",
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
      "--functions <names>",
      "register: what clients do, by commas: read,write of a store without compare-and-set (default: read,write,cas, or what the system has)",
    )
    .option(
      "--keys <number>",
      "register, write-skew, causal-reverse, log, lock, decide: keys in all (default: no end; log: 3)",
      integer(1),
    )
    .option(
      "--operations-per-key <number>",
      "register, causal-reverse, lock, decide: then clients go on to a fresh key (default: 200; 100; 40; 8)",
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
    .option(
      "--url <url>",
      "databases: a server that runs already, one a node: may be repeated; nothing is started, and only its links to clients are hurt (docs/running-servers.md)",
      gathered,
    )
    .option(
      "--inventory <file>",
      "a JSON file of other machines, on which the nodes run, reached by ssh (docs/other-machines.md)",
    )
    .option("--keep", "with --url: leave on the servers what the run has made there")
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
  rashomon test etcd --workload register --faults membership,kill
  rashomon test etcd --url http://me:secret@etcd1:2379 --url http://me:secret@etcd2:2379 --workload register --faults partition
  rashomon test rabbitmq --url amqps://me:secret@mq1/tests --workload queue --faults latency,reset
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
        network = "auto",
        set = {},
        url: urls,
        keep,
        inventory,
        ...workloadSettings
      } = flags;
      if (stopAtViolation === true && checkWhileRunning !== true)
        throw new UsageError("--stop-at-violation goes with --check-while-running.");
      if (keep === true && urls === undefined) throw new UsageError("--keep goes with --url.");
      if (urls !== undefined && inventory !== undefined)
        throw new UsageError(
          "--url and --inventory exclude one another: the servers run already, or are to be started.",
        );
      if (inventory !== undefined && network !== "auto")
        throw new UsageError("--network does not go with --inventory: the machines have a network.");
      if (urls !== undefined && nodes !== undefined)
        throw new UsageError("--nodes does not go with --url: each server is a node.");
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
        ...(urls === undefined ? {} : { running: { urls, keep: keep === true } }),
        ...(inventory === undefined ? {} : { inventory: await machinesOf(inventory) }),
        ...(time === undefined ? {} : { seconds: time }),
        ...(checkWhileRunning === true ? { whileRunning: stopAtViolation === true ? "stop" : "tell" } : {}),
      };
      const joined = inventory === undefined ? await joinedBy(network, options) : "remote";
      if (typeof joined === "number") {
        process.exitCode = joined;
        return;
      }
      const budget = {
        ...(steps === undefined ? {} : { steps }),
        ...(memory === undefined ? {} : { bytes: memory }),
      };
      process.exitCode = await testOnce(
        { ...options, network: joined },
        { store, json: json === true, budget },
      );
    });
}

/** The network in which this process is to run the test; where that needs namespaces, has another process run it, and gives its exit code. */
async function joinedBy(choice: NetworkChoice, options: TestOptions): Promise<NetworkKind | number> {
  if (isInNamespace()) {
    holdOntoLife(exitCodes.interrupted);
    return "namespaces";
  }
  const chosen = await chooseNetwork(choice, options);
  return chosen.kind === "proxies" ? chosen.kind : enterNamespace(chosen.options);
}

/** The machines of an inventory, and what they have. */
async function machinesOf(path: string): Promise<NonNullable<TestOptions["inventory"]>> {
  const machines = await readInventory(path);
  return { path, machines, means: await probeMachines(machines) };
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
    `${chalkStderr.bold(description.name)}  ${counted(description.nodes.length, "node")}, ${counted(description.concurrency, "client")}, joined by ${plan.network}, faults: ${description.faults.join(", ") || "none"}, seed ${description.seed}`,
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
