import { readFileSync } from "node:fs";
import { basename } from "node:path";

import { Command, Option } from "commander";

import {
  claimsOf,
  isolationClaimsOf,
  looksKeyed,
  nameOf,
  transactionsOf,
  verifyCore,
  judgeCycle,
  verifyContradiction,
  verifyExecution,
  verifyLinearization,
  type Claim,
  type IsolationClaim,
  type Level,
  type Model,
  type NullReads,
  type Transactions,
} from "../../checkers/index.ts";
import { InputError, UsageError } from "../../histories/errors.ts";
import {
  inWords,
  isJsonArray,
  isJsonObject,
  openRun,
  readHistory,
  type History,
  type HistoryFormat,
  type Json,
} from "../../histories/index.ts";
import { counted } from "../../reports/index.ts";
import { exitCodes } from "../exit-codes.ts";
import { formatOption } from "../format-option.ts";
import { verifyPlayed } from "../verify-played.ts";
import { findModel } from "../user-model.ts";

interface VerifyFlags {
  readonly model?: string;
  readonly initial?: string;
  readonly nullReads?: NullReads;
  readonly keyed?: boolean;
  readonly format?: HistoryFormat;
}

export function verifyCommand(): Command {
  return new Command("verify")
    .summary("verify the certificates of a saved verdict")
    .description(
      "Verifies what a saved verdict claims, from the history and the model alone: that an order explains the history, or that a few of its operations have no order whatever the others did. A counterexample of explore --save is verified by taking its steps in the simulated world, and a replay file by playing it; what carries no certificate is named as not verified.",
    )
    .argument("<verdict>", "a line of check --json --certificates in a file, or the results.json of a run")
    .argument("[history]", "the history that was judged, or its run; none for a script or a replay file")
    .option("--model <model>", "the model by name or file (default: the one that the verdict names)")
    .option("--initial <json>", "initial state of the model, if the check was given one")
    .addOption(
      new Option("--null-reads <meaning>", "what a read of null says, if the check was told").choices([
        "value",
        "unknown",
      ]),
    )
    .option("--keyed", "values are [key, value] pairs of independent objects")
    .option("--no-keyed", "values that look like [key, value] pairs are values of one object")
    .addOption(formatOption("--format <format>", "read the history as this format"))
    .addHelpText(
      "after",
      `
Examples:
  rashomon check history.jsonl --linearizable register --json --certificates > verdict.json
  rashomon verify verdict.json history.jsonl
  rashomon verify store/latest/results.json store/latest
  rashomon verify counterexample.json

The exit code is 0 if all was verified, 1 if something was not, 2 if the verdict claims nothing that can be
verified.`,
    )
    .action(async (verdict: string, history: string | undefined, flags: VerifyFlags, command: Command) => {
      const played = verifyPlayed(verdict);
      if (played !== undefined) {
        if (history !== undefined)
          throw new UsageError(`${verdict} is a run by itself: leave the history out.`);
        process.stdout.write(`${played.words}\n`);
        process.exitCode = played.verified ? exitCodes.valid : exitCodes.invalid;
        return;
      }
      if (history === undefined) throw new UsageError("Which history is the verdict about? Give it second.");
      const keyed = command.getOptionValueSource("keyed") === "cli" ? flags.keyed : undefined;
      process.exitCode = await verify(verdict, history, flags, keyed);
    });
}

async function verify(
  verdictPath: string,
  historyPath: string,
  flags: VerifyFlags,
  keyedAsked: boolean | undefined,
): Promise<number> {
  const checks = checksIn(verdictPath, historyPath);
  const claims = checks.flatMap(claimsOf);
  const ofIsolation = checks.flatMap(isolationClaimsOf);
  const history = await historyOf(historyPath, flags.format);
  let failed = verifyIsolation(ofIsolation, history, flags, keyedAsked);
  for (const claim of claims) {
    const model = await modelOf(claim, flags);
    const keyed = keyedAsked ?? looksKeyed(history, model);
    const problem =
      claim.kind === "linearization"
        ? verifyLinearization(history, claim, { model, keyed })
        : verifyContradiction(history, claim, { model, keyed });
    if (problem !== undefined) failed++;
    const outcome = problem === undefined ? "verified" : `NOT VERIFIED (${problem})`;
    process.stdout.write(`${outcome}: ${told(claim)}\n`);
  }
  if (claims.length + ofIsolation.length === 0) {
    process.stdout.write(
      "nothing to verify: the verdict has no certificate in full (check --json --certificates) and no refutation\n",
    );
    for (const check of checks) process.stdout.write(unverified(check));
    return exitCodes.unknown;
  }
  for (const check of checks) process.stdout.write(unverified(check));
  return failed === 0 ? exitCodes.valid : exitCodes.invalid;
}

/** What is said of a check that claims nothing which could be verified; nothing of any other. */
function unverified(check: Json): string {
  if (!isJsonObject(check) || claimsOf(check).length + isolationClaimsOf(check).length > 0) return "";
  const { checker, valid } = check;
  const name = typeof checker === "string" ? checker : "a check";
  return `not verified: ${name} says ${JSON.stringify(valid ?? null)} and carries no certificate; to see it again, judge the history or log again\n`;
}

/** Verifies what was claimed of isolation, and says how many claims failed. */
function verifyIsolation(
  claims: readonly IsolationClaim[],
  history: History,
  { nullReads }: VerifyFlags,
  keyed: boolean | undefined,
): number {
  if (claims.length === 0) return 0;
  const transactions = transactionsOf(history, {
    ...(nullReads === undefined ? {} : { nullReads: nullReads === "value" ? "initial" : "nothing" }),
    ...(keyed === undefined ? {} : { keyed }),
  });
  let failed = 0;
  for (const claim of claims) {
    const problem = problemOf(transactions, claim);
    if (problem !== undefined) failed++;
    const outcome = problem === undefined ? "verified" : `NOT VERIFIED (${problem})`;
    process.stdout.write(`${outcome}: ${toldOfIsolation(claim)}\n`);
  }
  return failed;
}

function problemOf(transactions: Transactions, claim: IsolationClaim): string | undefined {
  switch (claim.kind) {
    case "execution":
      return verifyExecution(transactions, claim.level, claim.execution);
    case "dependency-cycle":
      return firstProblem(claim.levels, (level) => {
        const { verified, by, reason } = judgeCycle(transactions, level, claim.cycle);
        if (verified === true && (by === "edges" || claim.byOrders)) return undefined;
        return reason ?? "its edges are not what the history says, though its transactions have no order";
      });
    case "no-order":
      return firstProblem(claim.levels, (level) => {
        const { verified, reason } = verifyCore(transactions, level, claim.core);
        return verified === true ? undefined : reason;
      });
  }
}

function firstProblem(
  levels: readonly Level[],
  problemAt: (level: Level) => string | undefined,
): string | undefined {
  for (const level of levels) {
    const problem = problemAt(level);
    if (problem !== undefined) return `${nameOf(level)}: ${problem}`;
  }
  return undefined;
}

function toldOfIsolation(claim: IsolationClaim): string {
  if (claim.kind === "execution")
    return `an execution of ${counted(claim.execution.commits.length, "transaction")} explains the history (${nameOf(claim.level)})`;
  if (claim.kind === "no-order")
    return `${counted(claim.core.length, "transaction")} (events ${claim.core.join(", ")}) have no order (${claim.levels.map(nameOf).join(", ")})`;
  const path = claim.cycle.map(({ from, kind }) => `${from} ─${kind}→ `).join("");
  return `the cycle ${path}${claim.cycle[0]?.from ?? ""} breaks ${claim.levels.map(nameOf).join(", ")}`;
}

function told(claim: Claim): string {
  if (claim.kind === "linearization") {
    const operations = claim.partitions.reduce((sum, { order }) => sum + order.length, 0);
    return `an order of ${counted(operations, "operation")} explains the history (${claim.model})`;
  }
  const { key, operations, model, until } = claim;
  const on = key === undefined ? "" : ` on key ${inWords(key)}`;
  const named =
    operations.length > 10 ? counted(operations.length, "operation") : `operations ${operations.join(", ")}`;
  return `${named}${on}, as known after event ${until}, have no order (${model})`;
}

async function modelOf(claim: Claim, flags: VerifyFlags): Promise<Model> {
  const initial = flags.initial === undefined ? undefined : parseInitial(flags.initial);
  const model = await findModel(flags.model ?? claim.model, initial);
  return flags.nullReads === "unknown" ? (model.nullsUnknown?.() ?? model) : model;
}

function parseInitial(text: string): Json {
  try {
    // What JSON.parse returns is JSON.
    return JSON.parse(text) as Json;
  } catch {
    throw new UsageError(`--initial takes a JSON value, such as 0, null or '{"x": 1}', not ${text}.`);
  }
}

async function historyOf(path: string, format: HistoryFormat | undefined): Promise<History> {
  const run = await openRun(path).catch(() => undefined);
  if (run !== undefined && format === undefined) return run.history();
  return readHistory(path, format === undefined ? {} : { format });
}

/** The checks of a saved verdict: of several lines, those of the one about this history. */
function checksIn(path: string, historyPath: string): readonly Json[] {
  const results = resultsIn(path);
  const [only] = results;
  const own =
    results.length === 1 && only !== undefined
      ? only
      : (results.find(({ history }) => history === historyPath) ??
        results.find(
          ({ history }) => typeof history === "string" && basename(history) === basename(historyPath),
        ));
  if (own === undefined)
    throw new UsageError(`None of the ${results.length} verdicts in ${path} is about ${historyPath}.`);
  return own.checks;
}

interface SavedResult {
  readonly history: Json;
  readonly checks: readonly Json[];
}

function resultsIn(path: string): SavedResult[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : "it cannot be read";
    throw new UsageError(`The verdict cannot be read from ${path}: ${why}.`, "E_FILE");
  }
  const whole = parsed(text);
  const values =
    whole === undefined
      ? text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [parsed(line)]))
      : [whole];
  return values.map((value, i) => {
    const checks = isJsonObject(value) ? value["checks"] : undefined;
    if (isJsonObject(value) && isJsonArray(checks)) return { history: value["history"] ?? null, checks };
    throw new InputError("E_VERDICT", {
      place: { file: path, line: i + 1 },
      expected: "a verdict as check --json prints it: an object with the array checks",
      found: value === undefined ? "no JSON" : JSON.stringify(value).slice(0, 60),
    });
  });
}

function parsed(text: string): Json | undefined {
  try {
    // What JSON.parse returns is JSON.
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
