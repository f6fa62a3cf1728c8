import chalk from "chalk";

import {
  replayScenario,
  type CampaignResult,
  type FailureGroup,
  type SimulatedRun,
} from "../harness/index.ts";
import { inWords } from "../histories/json.ts";
import { count, counted } from "../reports/index.ts";
import type { Kept } from "./commands/simulate.ts";

/** So many events of a history are told; the report has all of them. */
const mostEvents = 40;

/** What many seeds came to, in a few lines. */
export function campaignInWords(result: CampaignResult, seconds: number): string {
  const { valid, seeds, events, operations, microseconds, failures, unknown, interrupted } = result;
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
    ...[...unknown].map(([reason, times]) => chalk.dim(`${counted(times, "time")} unknown: ${reason}`)),
  ].join("\n");
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
            `shrunk in ${counted(runs, "run")}: ${change("faults")}, ${change("operations")}, ${change("nodes")}, ${change("events")}, ${change("choices")}`,
          ),
        ]),
    "",
    scriptInWords(replayScenario(kept.file.scenario).run),
    "",
    `report ${kept.report}`,
    `replay rashomon simulate --replay ${kept.replay}`,
  ].join("\n");
}

/** The events of a run that is short. */
export function scriptInWords({ history }: SimulatedRun): string {
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
