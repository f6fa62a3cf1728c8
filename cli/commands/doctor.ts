import chalk from "chalk";
import { Command } from "commander";

import { diagnose } from "../../harness/index.ts";

export function doctorCommand(): Command {
  return new Command("doctor")
    .summary("probe which faults this machine can do")
    .description(
      "Does each kind of fault to something of its own, and tells which work here, by what means, and why others do not.",
    )
    .option("--json", "print the outcome as JSON")
    .addHelpText("after", "\nExample:\n  rashomon doctor")
    .action(async ({ json }: { json?: true }) => {
      const diagnoses = await diagnose();
      if (json === true) {
        process.stdout.write(`${JSON.stringify(diagnoses)}\n`);
        return;
      }
      for (const { faults, available, explanation } of diagnoses) {
        const mark = available ? chalk.green("yes") : chalk.red("no ");
        process.stdout.write(`${mark}  ${faults.join(", ")}\n     ${explanation}\n`);
      }
    });
}
