import chalk from "chalk";
import { Command } from "commander";

import { findSystem, type TestOptions } from "../../harness/index.ts";
import { exitCodes } from "../exit-codes.ts";
import { testOnce } from "./test.ts";

interface Act {
  readonly heading: string;
  readonly options: Omit<TestOptions, "seed">;
  /** The exit code of a run that shows what it is to show. */
  readonly expected: number;
}

const paxos = { system: "paxos", seconds: 10, interval: 1.5 };

const acts: readonly Act[] = [
  {
    heading: "A correct Paxos cluster, while its network is cut and its nodes are killed",
    options: { ...paxos, nodes: 5, faults: ["partition", "kill"] },
    expected: exitCodes.valid,
  },
  {
    heading: "The same with a bug: nodes answer reads on their own, without asking a quorum",
    options: { ...paxos, nodes: 3, faults: ["partition"], mutant: "local-reads" },
    expected: exitCodes.invalid,
  },
];

const postgres = { system: "postgres", workload: "list-append", seconds: 4, rate: 500, faults: ["none"] };
const meeting = { level: "serializable", keyCount: 4, minTransactionLength: 2 };

/** On a real database, where its server is to be had. */
const actsOnPostgres: readonly Act[] = [
  {
    heading: "PostgreSQL at repeatable read, asked to be serializable: it lets write skew pass",
    options: { ...postgres, settings: meeting, systemSettings: { "isolation-level": "repeatable-read" } },
    expected: exitCodes.invalid,
  },
  {
    heading: "PostgreSQL at serializable",
    options: { ...postgres, settings: meeting },
    expected: exitCodes.valid,
  },
];

export function demoCommand(): Command {
  return new Command("demo")
    .summary("see it at work: a correct cluster, then one with a bug, then a real database")
    .description(
      "Runs a Paxos cluster through partitions and kills, then the same cluster with a planted bug; then PostgreSQL, where its server is present, at two isolation levels. Judges them all. Takes about a minute.",
    )
    .option("--store <directory>", "where runs are kept", "store")
    .option("--seed <text>", "seed of all runs", "1")
    .addHelpText("after", "\nExample:\n  rashomon demo")
    .action(async ({ store, seed }: { store: string; seed: string }) => {
      const missing = await findSystem(postgres.system).missing?.();
      let asExpected = true;
      for (const [i, act] of [...acts, ...(missing === undefined ? actsOnPostgres : [])].entries()) {
        process.stdout.write(`\n${chalk.bold(`${i + 1}  ${act.heading}`)}\n`);
        const code = await testOnce({ ...act.options, seed }, { store, json: false });
        if (code === exitCodes.interrupted) {
          process.exitCode = code;
          return;
        }
        asExpected &&= code === act.expected;
      }
      if (missing !== undefined)
        process.stdout.write(`\n${chalk.dim(`PostgreSQL is left out. ${missing}`)}\n`);
      process.stdout.write(
        `\n${chalk.bold("Open the reports in a browser.")} More: rashomon test --help, rashomon list\n`,
      );
      // The demo did its work if whoever keeps its promise was found to, and whoever does not was caught.
      process.exitCode = asExpected ? exitCodes.valid : exitCodes.internal;
    });
}
