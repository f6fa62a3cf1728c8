import { Command } from "commander";

import { openRun } from "../../histories/index.ts";
import { judgeInWorker } from "../judge-pool.ts";

export function reportCommand(): Command {
  return new Command("report")
    .summary("write the report of a run again")
    .description(
      "Checks a run of the store again and writes its results and its report. Says where the report is.",
    )
    .argument("[run]", "folder of the run, or a store, of which the latest run is meant", "store")
    .addHelpText("after", "\nExamples:\n  rashomon report\n  rashomon report store/paxos-register/latest")
    .action(async (path: string) => {
      const run = await openRun(path);
      await judgeInWorker({ path: run.folder, record: true });
      process.stdout.write(`${run.reportPath}\n`);
    });
}
