import { availableParallelism } from "node:os";

import { chalkStderr } from "chalk";
import { Command, Option } from "commander";

import {
  askedFor,
  checkers,
  composeValidity,
  formalisms,
  type Formalism,
  type NullReads,
  type Validity,
} from "../../checkers/index.ts";
import { RashomonError, UsageError } from "../../histories/errors.ts";
import type { HistoryFormat, Json } from "../../histories/index.ts";
import { exitCodeOf } from "../exit-codes.ts";
import { formatOption } from "../format-option.ts";
import { judgeAll } from "../judge-pool.ts";
import type { LogRequest } from "../judge-log.ts";
import { logExamples } from "../log-examples.ts";
import type { JudgeRequest, NamedCheck } from "../judge.ts";
import { bytes, integer, names, number, positive } from "../options.ts";

interface CheckFlags {
  readonly linearizable?: string;
  readonly model?: string;
  readonly sequential?: string;
  readonly isolation?: string;
  readonly formalism?: Formalism;
  readonly initial?: string;
  readonly nullReads?: NullReads;
  readonly keyed?: boolean;
  readonly checker?: readonly string[];
  readonly staleness?: true;
  readonly totalAmount?: number;
  readonly negativeBalances?: true;
  readonly promise?: string;
  readonly causality?: true;
  readonly fifo?: true;
  readonly events?: string;
  readonly consensus?: true;
  readonly format?: HistoryFormat;
  readonly steps?: number;
  readonly bytes?: number;
  readonly workers?: number;
  readonly seconds?: number;
  readonly report?: string;
  readonly dot?: string;
  readonly json?: true;
  readonly certificates?: true;
}

export function checkCommand(): Command {
  return new Command("check")
    .summary("judge histories that were recorded")
    .description(
      "Judges histories: files of this program, of Jepsen, Knossos and Elle (EDN), of elle-cli (JSON), or of the isolation checkers Plume, PolySI, AWDIT, dbcop, Cobra, Viper, TimeKiller and VeriStrong (files or folders), gzipped or not, - for standard input; or runs of the store. Without options, by what the history itself asks for.",
    )
    .argument("<history...>", "history files, folders of logs (Cobra, Viper), run folders, or store/latest")
    .option(
      "--linearizable <model>",
      "is it linearizable under this model? (rashomon list models; or the file of a model of your own)",
    )
    .option("--model <file>", "the same, with the file of a model of your own: TypeScript or JavaScript")
    .option(
      "--sequential <model>",
      "is it sequentially consistent under this model? (each process's own order instead of real time)",
    )
    .option(
      "--isolation <levels>",
      "are the transactions of these isolation levels? Names by commas, or all (rashomon list levels)",
    )
    .addOption(
      new Option(
        "--formalism <name>",
        "with --isolation: tell violations also in the words of Adya, of Crooks and others, or of Cerone and others",
      ).choices(formalisms),
    )
    .option("--initial <json>", "initial state of the model")
    .addOption(
      new Option(
        "--null-reads <meaning>",
        "a read of null says that the object held null, or that nothing is known, as in Knossos (default: value; in other tools' histories the verdict must hold for both)",
      ).choices(["value", "unknown"]),
    )
    .option(
      "--keyed",
      "values are [key, value] pairs of independent objects (found by itself where it is unmistakable)",
    )
    .option("--no-keyed", "values that look like [key, value] pairs are values of one object")
    .option("--checker <names>", "other checkers, by commas (rashomon list checkers)", names)
    .option(
      "--total-amount <number>",
      "with --checker bank: what all accounts hold together (default: what they were opened with, or what most reads say)",
      number,
    )
    .option("--negative-balances", "with --checker bank: accounts may be overdrawn")
    .option("--promise <name>", "with --checker set-full, total-queue, log or counter: what is promised")
    .option(
      "--staleness",
      "of registers that are not linearizable: by how many versions and milliseconds reads were stale",
    )
    .option(
      "--causality",
      "the files are traces of events (trace.jsonl, ShiViz, GoVector, JSON lines): are their clocks right, and deliveries causal?",
    )
    .option("--fifo", "with --causality: does what one node sends another arrive in order?")
    .option(
      "--events <regex>",
      "with --causality: how events look in a log, with the groups (?<host>…), (?<clock>…) and (?<event>…), as ShiViz has it",
    )
    .option(
      "--consensus",
      "the files are logs of consensus, lines of {node, slot, ballot, digest, committed}: do the nodes agree?",
    )
    .addOption(
      formatOption("--format <format>", "read the history as this format (default: found by content)"),
    )
    .option("--steps <number>", "end the search of each object after so many steps", integer(1))
    .option("--bytes <size>", "end the search of each object when its tables are so large, as 512MiB", bytes)
    .option(
      "--workers <number>",
      "threads that share the objects of a history whose check takes long (default: one a core for one history, one for each of several)",
      integer(1),
    )
    .option("--seconds <number>", "end each check after so many seconds", positive)
    .option("--report <file>", "write an HTML report")
    .option("--dot <file>", "with --isolation: write the anomalies as graphs for Graphviz")
    .option("--json", "print one line of JSON a history")
    .option("--certificates", "with --json: certificates in full, for rashomon verify")
    .addHelpText(
      "after",
      `
Examples:
  rashomon check history.edn --linearizable cas-register
  rashomon check history.edn --linearizable register --sequential register
  rashomon check history.edn --linearizable register --staleness --checker regular,safe
  rashomon check list-append.edn --isolation all
  rashomon check history.jsonl --isolation snapshot-isolation,strong-session-PL-2 --formalism cerone
  rashomon check jepsen-bank.edn --checker bank --total-amount 100
  rashomon check queue.jsonl --linearizable fifo-queue --report queue.html
  rashomon check jepsen.edn --linearizable register --initial 0 --keyed
  rashomon check history.jsonl --model ./my-model.ts
  rashomon check my-consensus.log --consensus
  rashomon check trace.log --causality --report trace.html
  rashomon check shiviz.log --causality --events '(?<event>.*)\\n(?<host>\\S+) (?<clock>{.*})'
  rashomon check store/latest
  rashomon check runs/*.edn --linearizable register --json

${logExamples}

The exit code is that of the worst history: 0 valid, 1 invalid, 2 unknown; 65 if one could not be read.`,
    )
    .action(async (paths: string[], flags: CheckFlags, command: Command) => {
      process.exitCode = await checkAll(paths, flags, command.getOptionValueSource("keyed") === "cli");
    });
}

async function checkAll(paths: readonly string[], flags: CheckFlags, keyedAsked: boolean): Promise<number> {
  const { report, format, steps, seconds, bytes: memory } = flags;
  const workers = flags.workers ?? (paths.length === 1 ? availableParallelism() : 1);
  if (report !== undefined && paths.length > 1) throw new UsageError("--report takes one history at a time.");
  if (flags.dot !== undefined && paths.length > 1) throw new UsageError("--dot takes one history at a time.");
  if (paths.filter((path) => path === "-").length > 1)
    throw new UsageError("Standard input can be read only once.");
  const log = logAskedFor(flags);
  const checks = checksAskedFor(flags);
  if (log !== undefined && (checks !== undefined || format !== undefined))
    throw new UsageError(
      `--${log.kind} judges logs, which are no histories: leave out the other checks and --format.`,
    );
  const requests = paths.map((path): JudgeRequest => ({
    path,
    ...(checks === undefined ? {} : { checks }),
    ...(log === undefined ? {} : { log }),
    ...(keyedAsked && flags.keyed !== undefined ? { keyed: flags.keyed } : {}),
    ...(format === undefined ? {} : { format }),
    workers,
    ...(steps === undefined ? {} : { steps }),
    ...(memory === undefined ? {} : { bytes: memory }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(report === undefined ? {} : { report }),
    ...(flags.dot === undefined ? {} : { dot: flags.dot }),
    ...(flags.certificates === undefined ? {} : { certificates: true }),
    ...(flags.staleness === undefined ? {} : { staleness: true }),
  }));
  const validities: Validity[] = [];
  let worstError = 0;
  let position = 0;
  for await (const outcome of judgeAll(requests)) {
    const path = paths[position++] ?? "";
    if (outcome instanceof RashomonError) {
      worstError = Math.max(worstError, outcome.exitCode);
      tellError(outcome, path, { json: flags.json === true, oneOfSeveral: paths.length > 1 });
      continue;
    }
    validities.push(outcome.valid);
    const title = paths.length > 1 && flags.json !== true ? `${path}\n` : "";
    process.stdout.write(`${title}${flags.json === true ? outcome.json : outcome.text}\n`);
  }
  return worstError > 0 ? worstError : exitCodeOf(composeValidity(validities));
}

function logAskedFor({ causality, consensus, fifo, events }: CheckFlags): LogRequest | undefined {
  if (causality === true && consensus === true)
    throw new UsageError("--causality judges traces and --consensus logs of consensus: leave out one.");
  if (causality !== true && (fifo === true || events !== undefined))
    throw new UsageError("--fifo and --events go with --causality.");
  if (consensus === true) return { kind: "consensus" };
  if (causality !== true) return undefined;
  return {
    kind: "causality",
    ...(fifo === undefined ? {} : { fifo }),
    ...(events === undefined ? {} : { expression: events }),
  };
}

const nullCheckers = checkers
  .filter(({ name, asksOfNulls }) => asksOfNulls === true && name !== "isolation")
  .map(({ name }) => name);

function takesPromise(name: string): boolean {
  return checkers.some((entry) => entry.name === name && entry.takesPromise === true);
}

function checksAskedFor(flags: CheckFlags): NamedCheck[] | undefined {
  const { sequential, checker = [], staleness } = flags;
  if (flags.model !== undefined && flags.linearizable !== undefined)
    throw new UsageError("--model says by which model to judge, and so does --linearizable: leave out one.");
  const linearizable = flags.linearizable ?? flags.model;
  if (staleness === true && linearizable === undefined)
    throw new UsageError("--staleness goes with --linearizable <model>.");
  if (flags.isolation !== undefined) askedFor(flags.isolation);
  const isolation: NamedCheck[] =
    flags.isolation === undefined && flags.formalism === undefined
      ? []
      : [
          {
            checker: "isolation",
            level: flags.isolation ?? "all",
            ...(flags.formalism === undefined ? {} : { formalism: flags.formalism }),
          },
        ];
  const { totalAmount, negativeBalances, promise } = flags;
  const bank = {
    ...(totalAmount === undefined ? {} : { totalAmount }),
    ...(negativeBalances === undefined ? {} : { negativeBalances }),
  };
  const asked: NamedCheck[] = [
    ...isolation,
    ...Object.entries({ linearizable, sequential }).flatMap(([name, model]) =>
      model === undefined ? [] : [{ checker: name, model }],
    ),
    ...checker.map((name) => {
      const usual = checkers.find((entry) => entry.name === name)?.usualModel;
      if (usual !== undefined) return { checker: name, model: linearizable ?? usual };
      if (name === "bank") return { checker: name, ...bank };
      return promise !== undefined && takesPromise(name) ? { checker: name, promise } : { checker: name };
    }),
  ];
  if (Object.keys(bank).length > 0 && !checker.includes("bank"))
    throw new UsageError("--total-amount and --negative-balances go with --checker bank.");
  if (promise !== undefined && !checker.some(takesPromise))
    throw new UsageError("--promise goes with --checker set-full, total-queue, log or counter.");
  const byModel = asked.some(({ model }) => model !== undefined);
  if (!byModel && flags.initial !== undefined)
    throw new UsageError("--initial goes with --linearizable <model> or --sequential <model>.");
  const asksOfNulls = ({ model, checker: name }: NamedCheck): boolean =>
    model !== undefined || checkers.find((entry) => entry.name === name)?.asksOfNulls === true;
  if (flags.nullReads !== undefined && !asked.some(asksOfNulls))
    throw new UsageError(
      `--null-reads goes with --linearizable <model>, --sequential <model>, --isolation <levels>, or --checker ${nullCheckers.join(", ")}.`,
    );
  if (asked.length === 0) return undefined;
  const initial = flags.initial === undefined ? undefined : parseInitial(flags.initial);
  return asked.map((check) => ({
    ...check,
    ...(initial === undefined || check.model === undefined ? {} : { initial }),
    ...(flags.nullReads === undefined || !asksOfNulls(check) ? {} : { nullReads: flags.nullReads }),
  }));
}

function parseInitial(text: string): Json {
  try {
    // What JSON.parse returns is JSON.
    return JSON.parse(text) as Json;
  } catch {
    throw new UsageError(`--initial takes a JSON value, such as 0, null or '{"x": 1}', not ${text}.`);
  }
}

function tellError(
  error: RashomonError,
  path: string,
  { json, oneOfSeveral }: { json: boolean; oneOfSeveral: boolean },
): void {
  const place = oneOfSeveral && !error.message.includes(path) ? `${path}: ` : "";
  process.stderr.write(`${chalkStderr.red("error")} ${place}${error.message} [${error.code}]\n`);
  // Whoever reads one line a history gets one here too.
  if (json)
    process.stdout.write(
      `${JSON.stringify({ valid: "unknown", history: path, error: { code: error.code, message: error.message } })}\n`,
    );
}
