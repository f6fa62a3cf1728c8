import chalk from "chalk";
import { Command } from "commander";

import { exitCodes } from "../exit-codes.ts";
import { testOnce } from "./test.ts";

export function demoCommand(): Command {
  return new Command("demo")
    .summary("see it at work: a correct cluster, then one with a bug")
    .description(
      "Runs a Paxos cluster through partitions and kills, then the same cluster with a planted bug, and judges both. Takes about half a minute.",
    )
    .option("--store <directory>", "where runs are kept", "store")
    .option("--seed <text>", "seed of both runs", "1")
    .addHelpText("after", "\nExample:\n  rashomon demo")
    .action(async ({ store, seed }: { store: string; seed: string }) => {
      const common = { system: "paxos", seed, seconds: 10, interval: 1.5 };
      const output = { store, json: false };
      heading("1  A correct Paxos cluster, while its network is cut and its nodes are killed");
      const correct = await testOnce({ ...common, nodes: 5, faults: ["partition", "kill"] }, output);
      if (correct === exitCodes.interrupted) {
        process.exitCode = correct;
        return;
      }
      heading("2  The same with a bug: nodes answer reads on their own, without asking a quorum");
      const mutant = await testOnce(
        { ...common, nodes: 3, faults: ["partition"], mutant: "local-reads" },
        output,
      );
      if (mutant === exitCodes.interrupted) {
        process.exitCode = mutant;
        return;
      }
      process.stdout.write(
        `\n${chalk.bold("Open the two reports in a browser.")} More: rashomon test --help, rashomon list\n`,
      );
      // The demo did its work if the first cluster kept its promise and the second was caught.
      process.exitCode =
        correct === exitCodes.valid && mutant === exitCodes.invalid ? exitCodes.valid : exitCodes.internal;
    });
}

function heading(text: string): void {
  process.stdout.write(`\n${chalk.bold(text)}\n`);
}
