#!/usr/bin/env node
import { chalkStderr } from "chalk";
import { Command, CommanderError } from "commander";

import { RashomonError } from "../histories/errors.ts";
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

/** Each is loaded only when it is asked for: most need a small part of what there is. */
const commands: Readonly<Record<string, () => Promise<() => Command>>> = {
  check: async () => (await import("./commands/check.ts")).checkCommand,
  test: async () => (await import("./commands/test.ts")).testCommand,
  simulate: async () => (await import("./commands/simulate.ts")).simulateCommand,
  explore: async () => (await import("./commands/explore.ts")).exploreCommand,
  verify: async () => (await import("./commands/verify.ts")).verifyCommand,
  report: async () => (await import("./commands/report.ts")).reportCommand,
  list: async () => (await import("./commands/list.ts")).listCommand,
  quorums: async () => (await import("./commands/quorums.ts")).quorumsCommand,
  convert: async () => (await import("./commands/convert.ts")).convertCommand,
  heal: async () => (await import("./commands/heal.ts")).healCommand,
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand,
  demo: async () => (await import("./commands/demo.ts")).demoCommand,
};

process.exitCode = await main();

async function main(): Promise<number> {
  // A reader that has seen enough (`rashomon list | head`) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  try {
    for (const load of commandsFor(process.argv.slice(2))) program.addCommand(inherit((await load())()));
    await program.parseAsync();
    return Number(process.exitCode ?? exitCodes.valid);
  } catch (error) {
    return report(error);
  }
}

/** The command that is meant, if it is the first word; all of them where help or a mistake may name any. */
function commandsFor([first]: readonly string[]): readonly (() => Promise<() => Command>)[] {
  const meant = first === undefined || !Object.hasOwn(commands, first) ? undefined : commands[first];
  return meant === undefined ? Object.values(commands) : [meant];
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
