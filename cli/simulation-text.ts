import chalk from "chalk";

import type { CampaignResult, Chance, FailureGroup, PlayedScript } from "../harness/index.ts";
import type { History } from "../histories/index.ts";
import { inWords } from "../histories/json.ts";
import { count, counted } from "../reports/index.ts";
import type { Kept } from "./kept-failure.ts";

/** So many events of a history are told; the report has all of them. */
const mostEvents = 40;

/** What many seeds came to, in a few lines. */
export function campaignInWords(result: CampaignResult, seconds: number): string {
  const { valid, seeds, events, operations, microseconds, failures, unknown, interrupted, chances } = result;
  const failed = failures.reduce((sum, group) => sum + group.seeds.length, 0);
  const verdict =
    valid === true
      ? chalk.green("valid: no seed failed")
      : valid === false
        ? chalk.red(`invalid: ${counted(failed, "seed")} failed`)
        : chalk.yellow("unknown");
  const rates = `${count(Math.round(seeds / seconds))} seeds/s, ${count(Math.round(events / seconds))} events/s`;
  return [
    `${verdict}${interrupted ? " (interrupted)" : ""}`,
    `${counted(seeds, "seed")}, ${counted(operations, "operation")}, ${counted(events, "event")}, ${count(Math.round(microseconds / 1e6))} s of virtual time in ${seconds.toFixed(1)} s: ${rates}, checking included`,
    ...chances.map(chanceInWords),
    ...[...unknown].map(([reason, times]) => chalk.dim(`${counted(times, "time")} unknown: ${reason}`)),
  ].join("\n");
}

/** How often runs came to an outcome, and how often they should. */
function chanceInWords({ configuration, outcome, runs, seen, least, greatest, valid }: Chance): string {
  const share = (chance: number): string => chance.toFixed(4);
  const line = `  ${configuration}, ${outcome}: ${share(seen / runs)} of ${counted(runs, "run")}, ${share(least)} to ${share(greatest)} against any schedule`;
  return valid ? line : chalk.red(`${line}: not within`);
}

/** Failures of one kind: what, how often, and the first one, as small as it got. */
export function failureInWords({ signature, seeds, finding }: FailureGroup, kept: Kept | undefined): string {
  const { checker, anomaly } = signature;
  const shown = seeds.slice(0, 8).join(", ") + (seeds.length > 8 ? ", …" : "");
  const head = `${chalk.bold(`${checker}: ${anomaly}`)}  ${counted(seeds.length, "seed")}: ${shown}`;
  if (finding === undefined || kept === undefined) return head;
  const { before, after, runs } = finding;
  const change = (name: keyof typeof before): string =>
    `${count(before[name])} → ${count(after[name])} ${name}`;
  return [
    head,
    finding.explanation,
    ...(runs === 0
      ? []
      : [
          chalk.dim(
            `shrunk in ${counted(runs, "run")}: ${change("faults")}, ${change("operations")}, ${change("nodes")}, ${change("clients")}, ${change("events")}, ${change("choices")}`,
          ),
        ]),
    "",
    kept.words,
    "",
    `report ${kept.report}`,
    `replay rashomon simulate --replay ${kept.replay}`,
  ].join("\n");
}

/** The events of a run that is short. */
export function scriptInWords(history: History): string {
  const lines: string[] = [];
  for (const { time, process, node, type, f, key, value, error } of history) {
    if (lines.length === mostEvents) {
      lines.push(chalk.dim(`  … ${count(history.length - mostEvents)} more`));
      break;
    }
    const who = typeof process === "number" ? `client ${process} at ${node ?? "?"}` : process;
    const what = [
      f,
      ...(key === undefined ? [] : [`key ${inWords(key)}`]),
      ...(value === null ? [] : [inWords(value)]),
    ];
    const why = error === undefined ? "" : chalk.dim(`  ${inWords(error)}`);
    lines.push(
      `  ${(time / 1e6).toFixed(3).padStart(10)} ms  ${who.padEnd(16)} ${type.padEnd(6)} ${what.join(" ")}${why}`,
    );
  }
  return lines.join("\n");
}

/** The steps of a script, numbered. */
export function stepsOfScript({ words }: PlayedScript): string {
  const width = String(words.length).length;
  return words.map((step, i) => `  ${String(i + 1).padStart(width)}. ${step}`).join("\n");
}
