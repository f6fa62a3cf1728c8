import chalk from "chalk";
import { Argument, Command } from "commander";

import { checkers, models } from "../../checkers/index.ts";
import { faultPackages, systems, unavailableFaults } from "../../harness/index.ts";
import { workloads } from "../../workloads/index.ts";
import { table } from "../table.ts";

interface Listed {
  readonly name: string;
  readonly summary: string;
  /** More, for `--json` and after the summary. */
  readonly [detail: string]: unknown;
}

const lists: Readonly<Record<string, () => Listed[]>> = {
  systems: () =>
    systems.map(({ name, summary, claims, workloads: served, mutants, capabilities, nodeCounts }) => ({
      name,
      summary,
      claims,
      workloads: served,
      faults: [...capabilities],
      nodes: nodeCounts.default,
      mutants: mutants.map((mutant) => ({
        name: mutant.name,
        summary: mutant.summary,
        killedBy: mutant.killedBy,
      })),
    })),
  workloads: () =>
    [...workloads.values()].map(({ name, summary, operations }) => ({ name, summary, operations })),
  checkers: () => checkers.map(({ name, summary }) => ({ name, summary })),
  models: () => models.map(({ name, summary, operations }) => ({ name, summary, operations })),
  faults: () => {
    const unavailable = unavailableFaults();
    return faultPackages.map(({ kind, summary }) => {
      const reason = unavailable.get(kind);
      return {
        name: kind,
        summary,
        available: reason === undefined,
        ...(reason === undefined ? {} : { reason }),
      };
    });
  },
};

export function listCommand(): Command {
  return new Command("list")
    .summary("list systems, workloads, checkers, models, faults")
    .description("Lists what can be tested, by what it can be hurt, and by what it is judged.")
    .addArgument(new Argument("[kind]", "what to list; everything if left out").choices(Object.keys(lists)))
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExamples:\n  rashomon list\n  rashomon list models --json")
    .action((kind: string | undefined, { json }: { json?: true }) => {
      const chosen = Object.entries(lists).filter(([name]) => kind === undefined || kind === name);
      if (json === true) {
        process.stdout.write(
          `${JSON.stringify(Object.fromEntries(chosen.map(([name, items]) => [name, items()])))}\n`,
        );
        return;
      }
      for (const [name, items] of chosen) {
        process.stdout.write(
          `${kind === undefined ? `${chalk.bold(name)}\n` : ""}${table(rowsOf(items()))}\n`,
        );
        if (kind === undefined) process.stdout.write("\n");
      }
    });
}

function rowsOf(items: readonly Listed[]): string[][] {
  return items.flatMap((item) => [
    [
      `  ${item.name}`,
      item.summary + (typeof item["reason"] === "string" ? ` Not available here: ${item["reason"]}.` : ""),
    ],
    ...mutantsOf(item).map((mutant) => [`    --mutant ${mutant.name}`, mutant.summary]),
  ]);
}

function mutantsOf(item: Listed): Listed[] {
  const mutants = item["mutants"];
  return Array.isArray(mutants) ? mutants : [];
}
