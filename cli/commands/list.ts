import chalk from "chalk";
import { Argument, Command } from "commander";

import { UsageError } from "../../histories/errors.ts";
import { checkers, monitors } from "../../checkers/index.ts";
import { faultPackages, simulatedFaults, systems, unavailableFaults } from "../../harness/index.ts";
import type { SystemSetting } from "../../systems/index.ts";
import { workloads } from "../../workloads/index.ts";
import { levelAsData, levelInWords, levelsListed } from "../levels-guide.ts";
import { modelAsData, modelInWords, modelNames } from "../models-guide.ts";
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
    systems.map(
      ({ name, summary, claims, workloads: served, mutants, capabilities, nodeCounts, settings = [] }) => ({
        name,
        summary,
        claims,
        workloads: served,
        faults: [...capabilities],
        nodes: nodeCounts.default,
        settings,
        mutants: mutants.map((mutant) => ({
          name: mutant.name,
          summary: mutant.summary,
          killedBy: mutant.killedBy,
        })),
      }),
    ),
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
    .summary("list systems, workloads, checkers, properties of protocols, models, isolation levels, faults")
    .description("Lists what can be tested, by what it can be hurt, and by what it is judged.")
    .addArgument(new Argument("[kind]", "what to list; everything if left out").choices(Object.keys(lists)))
    .argument("[name]", "with models and levels: the one to tell about in detail, by any of its names")
    .option("--verbose", "with models and levels: tell about all of them in detail")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  rashomon list\n  rashomon list models\n  rashomon list models fifo-queue\n  rashomon list models --json\n  rashomon list levels\n  rashomon list levels strong-session-snapshot-isolation",
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
      `Only models and levels are told in detail: rashomon list models ${asked}, rashomon list levels ${asked}.`,
    );
  return guide;
}

function rowsOf(items: readonly Listed[]): string[][] {
  return items.flatMap((item) => [
    [
      `  ${item.name}`,
      item.summary +
        (typeof item["reason"] === "string" ? ` Not available here: ${item["reason"]}.` : "") +
        onlyIn(item["worlds"]),
    ],
    ...settingsOf(item).map(({ name, summary, values }) => [
      `    ${name === "isolation-level" ? "--isolation-level" : `--set ${name}=`}`,
      `${summary}: ${values.join(", ")}`,
    ]),
    ...mutantsOf(item).map((mutant) => [`    --mutant ${mutant.name}`, mutant.summary]),
  ]);
}

/** Where a fault can be had, if not everywhere. */
function onlyIn(worlds: unknown): string {
  return Array.isArray(worlds) && worlds.length === 1
    ? chalk.dim(` (only in rashomon ${String(worlds[0])})`)
    : "";
}

function settingsOf(item: Listed): readonly SystemSetting[] {
  return systems.find(({ name, summary }) => name === item.name && summary === item.summary)?.settings ?? [];
}

function mutantsOf(item: Listed): Listed[] {
  const mutants = item["mutants"];
  return Array.isArray(mutants) ? mutants : [];
}
