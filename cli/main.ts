#!/usr/bin/env node
import { chalkStderr } from "chalk";
import { Command, CommanderError } from "commander";

import { RashomonError } from "../histories/errors.ts";
import { checkCommand } from "./commands/check.ts";
import { convertCommand } from "./commands/convert.ts";
import { demoCommand } from "./commands/demo.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { exploreCommand } from "./commands/explore.ts";
import { healCommand } from "./commands/heal.ts";
import { listCommand } from "./commands/list.ts";
import { quorumsCommand } from "./commands/quorums.ts";
import { reportCommand } from "./commands/report.ts";
import { simulateCommand } from "./commands/simulate.ts";
import { testCommand } from "./commands/test.ts";
import { verifyCommand } from "./commands/verify.ts";
import { exitCodes } from "./exit-codes.ts";
import { version } from "./version.ts";

const program = new Command("rashomon")
  .description("Tells whether a distributed system keeps its promises.")
  .version(version, "-V, --version", "print the version")
  .helpOption("-h, --help", "print this help")
  .showHelpAfterError("(rashomon --help, or rashomon <command> --help, tells more)")
  .exitOverride()
  .addHelpText(
    "after",
    `
Examples:
  rashomon test paxos --faults partition,kill --time 15     run a cluster through faults and judge it
  rashomon test paxos --mutant local-reads                  the same with a bug planted
  rashomon simulate paxos --seeds 1000                      a thousand runs in a simulated world
  rashomon check history.edn --linearizable cas-register    judge a history that you have
  rashomon list                                             systems, workloads, checkers, models, faults

Exit codes: ${exitCodes.valid} valid, ${exitCodes.invalid} invalid, ${exitCodes.unknown} unknown, ${exitCodes.usage} wrong usage, ${exitCodes.input} bad input, ${exitCodes.internal} internal error or a run that
could not go on, ${exitCodes.interrupted} interrupted.`,
  );

const commands = [
  checkCommand,
  testCommand,
  simulateCommand,
  exploreCommand,
  verifyCommand,
  reportCommand,
  listCommand,
  quorumsCommand,
  convertCommand,
  healCommand,
  doctorCommand,
  demoCommand,
];
for (const command of commands) program.addCommand(inherit(command()));

process.exitCode = await main();

async function main(): Promise<number> {
  // A reader that has seen enough (`rashomon list | head`) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  try {
    await program.parseAsync();
    return Number(process.exitCode ?? exitCodes.valid);
  } catch (error) {
    return report(error);
  }
}

/** Says what went wrong in a way that fits its cause; gives the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has written its message already; help and version are no errors.
    return error.exitCode === 0 ? exitCodes.valid : exitCodes.usage;
  }
  if (error instanceof RashomonError) {
    process.stderr.write(`${chalkStderr.red("error")} ${error.message} [${error.code}]\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${chalkStderr.red("internal error")}, a bug in Rashomon: ${text}\n`);
  return exitCodes.internal;
}

/** Sub-commands do not inherit these settings of the program by themselves. */
function inherit(command: Command): Command {
  return command
    .exitOverride()
    .helpOption("-h, --help", "print this help")
    .showHelpAfterError(`(rashomon ${command.name()} --help tells more)`);
}
