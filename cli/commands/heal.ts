import { Command } from "commander";

import { heal, journalDirectory } from "../../harness/index.ts";
import { exitCodes } from "../exit-codes.ts";

export function healCommand(): Command {
  return new Command("heal")
    .summary("undo faults that an interrupted run left behind")
    .description(
      "Ends processes, resumes paused ones, lets go of traced ones, removes proxies, toxics and control groups, unmounts disks and resets clocks that runs which are no more left behind, as their journals tell. Runs that are still going on are left alone. Every run does this first by itself.",
    )
    .option("--store <directory>", "the store of the runs", "store")
    .option("--json", "print the outcome as JSON")
    .addHelpText("after", "\nExample:\n  rashomon heal")
    .action(async ({ store, json }: { store: string; json?: true }) => {
      const reports = await heal(journalDirectory(store));
      if (json === true) process.stdout.write(`${JSON.stringify(reports)}\n`);
      else if (reports.length === 0) process.stdout.write("Nothing to heal.\n");
      for (const report of json === true ? [] : reports) {
        process.stdout.write(`${report.run}${report.running ? ": still running, left alone" : ""}\n`);
        for (const { entry, outcome } of report.healed)
          process.stdout.write(`  ${describe(entry)}: ${outcome}\n`);
        for (const { entry, reason } of report.failed)
          process.stdout.write(`  ${describe(entry)}: FAILED: ${reason}\n`);
      }
      if (reports.some(({ failed }) => failed.length > 0)) process.exitCode = exitCodes.internal;
    });
}

function describe(entry: {
  readonly kind: string;
  readonly node?: string;
  readonly toxic?: string;
  readonly url?: string;
}): string {
  return [entry.kind, entry.node, entry.toxic, entry.url].filter((part) => part !== undefined).join(" ");
}
