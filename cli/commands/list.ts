import chalk from "chalk";
import { Argument, Command } from "commander";

import { UsageError } from "../../histories/errors.ts";
import { checkers, monitors } from "../../checkers/index.ts";
import { faultPackages, simulatedFaults, unavailableFaults } from "../../harness/index.ts";
import { workloads } from "../../workloads/index.ts";
import { levelAsData, levelInWords, levelsListed } from "../levels-guide.ts";
import { modelAsData, modelInWords, modelNames } from "../models-guide.ts";
import {
  algorithmAsData,
  algorithmInWords,
  algorithmNames,
  moreOf,
  systemAsData,
  systemInWords,
  systemNames,
  type Listing,
} from "../systems-guide.ts";
import { table } from "../table.ts";

interface ListFlags {
  readonly json?: true;
  readonly verbose?: true;
}

const lists: Readonly<Record<string, () => readonly Listing[]>> = {
  systems: () => systemNames().map(systemAsData),
  algorithms: () => algorithmNames().map(algorithmAsData),
  workloads: () =>
    [...workloads.values()].map(({ name, summary, operations }) => ({ name, summary, operations })),
  checkers: () => checkers.map(({ name, summary }) => ({ name, summary })),
  properties: () => monitors.map(({ name, summary }) => ({ name, summary })),
  models: () => modelNames().map((name) => modelAsData(name)),
  levels: levelsListed,
  faults: () => {
    const unavailable = unavailableFaults();
    const real = faultPackages.map(({ kind, summary }) => {
      const reason = unavailable.get(kind);
      const simulated = simulatedFaults.some((fault) => fault.kind === kind);
      return {
        name: kind,
        summary,
        worlds: simulated ? ["test", "simulate"] : ["test"],
        available: reason === undefined,
        ...(reason === undefined ? {} : { reason }),
      };
    });
    const ofSimulation = simulatedFaults
      .filter(({ kind }) => !real.some(({ name }) => name === kind))
      .map(({ kind, summary }) => ({ name: kind, summary, worlds: ["simulate"] }));
    return [...real, ...ofSimulation];
  },
};

export function listCommand(): Command {
  return new Command("list")
    .summary(
      "list systems, algorithms, workloads, checkers, properties of protocols, models, isolation levels, faults",
    )
    .description("Lists what can be tested, by what it can be hurt, and by what it is judged.")
    .addArgument(new Argument("[kind]", "what to list; everything if left out").choices(Object.keys(lists)))
    .argument(
      "[name]",
      "with systems, algorithms, models and levels: the one to tell about in detail, by any of its names",
    )
    .option("--verbose", "with these: tell about all of them in detail")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  rashomon list\n  rashomon list systems\n  rashomon list systems raft\n  rashomon list models\n  rashomon list models fifo-queue\n  rashomon list models --json\n  rashomon list levels\n  rashomon list levels strong-session-snapshot-isolation",
    )
    .action((kind: string | undefined, one: string | undefined, { json, verbose }: ListFlags) => {
      if (one !== undefined || verbose === true) {
        const guide = guideOf(kind, one ?? "--verbose");
        const told = one === undefined ? guide.names() : [one];
        process.stdout.write(
          json === true
            ? `${JSON.stringify({ [guide.kind]: told.map(guide.asData) })}\n`
            : `${told.map(guide.inWords).join("\n\n")}\n`,
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

/** What tells about the members of a list in detail. */
interface Guide {
  readonly kind: string;
  names(): string[];
  asData(this: void, name: string): object;
  inWords(this: void, name: string): string;
}

const guides: readonly Guide[] = [
  { kind: "systems", names: systemNames, asData: systemAsData, inWords: systemInWords },
  { kind: "algorithms", names: algorithmNames, asData: algorithmAsData, inWords: algorithmInWords },
  { kind: "models", names: modelNames, asData: modelAsData, inWords: modelInWords },
  {
    kind: "levels",
    names: () => levelsListed().map(({ name }) => name),
    asData: levelAsData,
    inWords: levelInWords,
  },
];

function guideOf(kind: string | undefined, asked: string): Guide {
  const guide = guides.find((one) => one.kind === kind);
  if (guide === undefined)
    throw new UsageError(
      `Only ${guides.map((one) => one.kind).join(", ")} are told in detail: rashomon list systems ${asked}, for one.`,
    );
  return guide;
}

function rowsOf(items: readonly Listing[]): string[][] {
  return items.map((item) => [
    `  ${item.name}`,
    item.summary +
      (typeof item["reason"] === "string" ? ` Not available here: ${item["reason"]}.` : "") +
      aside(onlyIn(item["worlds"]) ?? moreOf(item)),
  ]);
}

/** Where a fault can be had, if not everywhere. */
function onlyIn(worlds: unknown): string | undefined {
  return Array.isArray(worlds) && worlds.length === 1 ? `only in rashomon ${String(worlds[0])}` : undefined;
}

function aside(text: string): string {
  return text === "" ? "" : chalk.dim(` (${text})`);
}
