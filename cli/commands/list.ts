import chalk from "chalk";
import { Argument, Command } from "commander";

import { checkers } from "../../checkers/index.ts";
import { faultPackages, systems, unavailableFaults } from "../../harness/index.ts";
import { workloads } from "../../workloads/index.ts";
import { modelAsData, modelInWords, modelNames, requireModels } from "../models-guide.ts";
import { table } from "../table.ts";

interface Listed {
  readonly name: string;
  readonly summary: string;
  /** More, for `--json` and after the summary. */
  readonly [detail: string]: unknown;
}

interface ListFlags {
  readonly json?: true;
  readonly verbose?: true;
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
  models: () => modelNames().map((name) => modelAsData(name)),
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
    .argument("[model]", "with models: the one to tell about in detail")
    .option("--verbose", "with models: tell about all of them in detail")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  rashomon list\n  rashomon list models\n  rashomon list models fifo-queue\n  rashomon list models --json",
    )
    .action((kind: string | undefined, model: string | undefined, { json, verbose }: ListFlags) => {
      if (model !== undefined || verbose === true) {
        requireModels(kind, model ?? "--verbose");
        const told = model === undefined ? modelNames() : [model];
        process.stdout.write(
          json === true
            ? `${JSON.stringify({ models: told.map((name) => modelAsData(name)) })}\n`
            : `${told.map((name) => modelInWords(name)).join("\n\n")}\n`,
        );
        return;
      }
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
