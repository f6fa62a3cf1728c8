import { accessSync, constants } from "node:fs";
import { basename, dirname } from "node:path";

import {
  looksKeyed,
  looksTransactional,
  runChecksInThreads,
  withStaleness,
  type Budget,
  type CheckRequest,
  type ChecksResult,
  type Formalism,
  type NullReads,
} from "../checkers/index.ts";
import { composeValidity, type Validity, type Verdict } from "../checkers/verdict.ts";
import { InputError, UsageError } from "../histories/errors.ts";
import {
  openRun,
  readHistory,
  writeResults,
  type History,
  type HistoryFormat,
  type Json,
  type Run,
  type TestDescription,
} from "../histories/index.ts";
import { tellWhileRunning, type WhileRunning } from "../histories/store/results.ts";
import { jsonLine, renderVerdict, writeDot, writeReport } from "../reports/index.ts";
import { consensusOfRun, judgeLog, logKindOf, type LogRequest } from "./judge-log.ts";
import { findModel } from "./user-model.ts";
import { isFile } from "./user-module.ts";
import { workloads } from "../workloads/index.ts";

/** What is to be judged and by what; plain data, so that it can be handed to a worker thread. */
export interface JudgeRequest {
  /** A history file, or a run, its folder or its store. */
  readonly path: string;
  readonly format?: HistoryFormat;
  /** Left out: what the run's description or the history's workload asks for. */
  readonly checks?: readonly NamedCheck[];
  /** Whether values are [key, value] pairs; left out: where that is unmistakable. */
  readonly keyed?: boolean;
  readonly steps?: number;
  readonly bytes?: number;
  /** Threads that share a long check; one unless given. */
  readonly workers?: number;
  readonly seconds?: number;
  /** Whether to measure how stale the reads were where a register is not linearizable. */
  readonly staleness?: boolean;
  /** Whether results and report are written into the folder of the run. */
  readonly record?: boolean;
  /** What was found while the run went on. */
  readonly whileRunning?: WhileRunning;
  /** That it is no history but a log, and which; found by the content when no check is named either. */
  readonly log?: LogRequest;
  /** Where to write a report. */
  readonly report?: string;
  /** Where to write the cycles of isolation for Graphviz. */
  readonly dot?: string;
  /** Whether the JSON has certificates in full. */
  readonly certificates?: boolean;
  /** Columns and colour of the terminal. */
  readonly width?: number;
  readonly color?: boolean;
}

/** A check whose model, if any, is one of the catalogue or a file with one. */
export interface NamedCheck {
  readonly checker: string;
  readonly model?: string;
  readonly initial?: Json;
  readonly nullReads?: NullReads;
  readonly level?: string;
  readonly formalism?: Formalism;
  readonly totalAmount?: number;
  readonly negativeBalances?: boolean;
  readonly promise?: string;
}

export interface JudgeOutcome {
  readonly valid: Validity;
  /** For people. */
  readonly text: string;
  /** For programs: one line. */
  readonly json: string;
}

interface Subject {
  readonly history: History;
  readonly run?: Run;
  readonly description?: TestDescription;
}

/** Reads a history, checks it, writes what is to be written, and says what came out. */
export async function judge(request: JudgeRequest): Promise<JudgeOutcome> {
  const started = performance.now();
  const { path } = request;
  const log = request.log ?? (await logFoundBy(request));
  if (request.report !== undefined) requireWritable(request.report);
  if (log !== undefined) return judgeLog(request, log);
  if (request.dot !== undefined) requireWritable(request.dot);
  const { history, run, description } = await read(request);
  const { checks, notes } = await chosenChecks(request, history, description);
  const result = await runChecksOn(history, checks, request);
  const whileRunning = request.whileRunning ?? (await run?.results().catch(() => undefined))?.whileRunning;
  const byHistory = result.checks.map((found, i) => {
    const check = checks[i];
    const verdict =
      request.staleness === true && check !== undefined ? withStaleness(found, history, check) : found;
    const all = [...notes, ...notesOfRun(whileRunning, verdict), ...(verdict.notes ?? [])];
    return all.length === 0 ? verdict : { ...verdict, notes: all };
  });
  // Where one asks for certain checks of the history, these are all.
  const consensus = run === undefined || request.checks !== undefined ? undefined : await consensusOfRun(run);
  const verdicts = consensus === undefined ? byHistory : [...byHistory, consensus];
  const valid = composeValidity([result.valid, ...(consensus === undefined ? [] : [consensus.valid])]);
  const input = {
    description,
    history,
    verdicts,
    valid,
    source: basename(run?.historyPath ?? path),
    clocks: await run?.clockOffsets(),
  };
  const recorded = request.record === true ? run : undefined;
  if (recorded !== undefined)
    await writeResults(recorded.folder, {
      format: 1,
      valid,
      checks: verdicts,
      ...(whileRunning === undefined ? {} : { whileRunning }),
    });
  const report = request.report ?? recorded?.reportPath;
  if (report !== undefined) writeReport(report, input);
  if (request.dot !== undefined) writeDot(request.dot, verdicts);
  return {
    valid,
    text: renderVerdict(input, {
      ...(report === undefined ? {} : { report }),
      ...(request.width === undefined ? {} : { width: request.width }),
      ...(request.color === undefined ? {} : { color: request.color }),
    }),
    json: jsonLine({
      valid,
      history: path,
      operations: history.completionsOnly
        ? history.select((i) => history.isClient(i)).length
        : history.invocations().length,
      seconds: (performance.now() - started) / 1000,
      verdicts,
      ...(whileRunning === undefined ? {} : { whileRunning }),
      ...(request.certificates === true ? { certificates: true } : {}),
    }),
  };
}

/** Where nothing says that a file is a history, it may begin as a log does. */
async function logFoundBy({ path, checks, format, record }: JudgeRequest): Promise<LogRequest | undefined> {
  if (checks !== undefined || format !== undefined || record === true) return undefined;
  const kind = await logKindOf(path);
  return kind === undefined ? undefined : { kind };
}

/** What the judge that went along with the run says to a verdict of the same model. */
function notesOfRun(whileRunning: WhileRunning | undefined, verdict: Verdict): string[] {
  if (
    whileRunning === undefined ||
    verdict.checker !== "linearizable" ||
    verdict.model !== whileRunning.model
  )
    return [];
  const { violation, undecided, objects } = whileRunning;
  if (violation === undefined) {
    return undecided === 0
      ? []
      : [
          `${undecided} of ${objects} objects could not be followed while running: too much was open at once.`,
        ];
  }
  const told = `${tellWhileRunning(violation)}.`;
  return verdict.valid === true ? [`internal: the check while running disagrees: ${told}`] : [told];
}

/** Whoever waited for a long check is not to learn then that its report has no place. */
function requireWritable(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The report cannot be written to ${path}: ${why}.`, "E_FILE");
  }
}

/** A path means a run if it is one, and else a history file. */
async function read({ path, format }: JudgeRequest): Promise<Subject> {
  const run = path === "-" ? undefined : await openRun(path).catch(() => undefined);
  if (run === undefined || format !== undefined)
    return { history: await readHistory(path, format === undefined ? {} : { format }) };
  return { history: await run.history(), run, description: await run.test() };
}

async function chosenChecks(
  request: JudgeRequest,
  history: History,
  description: TestDescription | undefined,
): Promise<{ checks: CheckRequest[]; notes: string[] }> {
  const notes: string[] = [];
  const asked =
    request.checks ??
    description?.checks ??
    checksOfWorkload(history.header.workload) ??
    // Micro-operations say what they are: transactions are judged by every level.
    (looksTransactional(history) ? [{ checker: "isolation", level: "all" }] : undefined);
  if (asked === undefined) {
    throw new UsageError(
      `Nothing says by what to judge ${request.path}: neither an option nor the history itself.\n` +
        "Say it with --linearizable <model>, --isolation <level> or --checker <name> (rashomon list models, levels, checkers).",
      "E_NO_CHECK",
    );
  }
  const checks: CheckRequest[] = [];
  for (const check of asked) {
    if (check.model === undefined) {
      checks.push(request.keyed === undefined ? check : { ...check, keyed: request.keyed });
      continue;
    }
    const named: NamedCheck = check;
    const model = await findModel(check.model, named.initial);
    const keyed = request.keyed ?? looksKeyed(history, model);
    if (keyed && request.keyed === undefined) {
      notes.push(
        "The values are [key, value] pairs, so each key is judged by itself (--no-keyed to judge them as one object).",
      );
    }
    const { initial: _, ...loaded } = { ...named, model };
    // A named model goes to threads by its name; one that was loaded has its initial state already.
    const chosen: CheckRequest = isFile(check.model) ? loaded : check;
    checks.push(keyed ? { ...chosen, keyed } : chosen);
  }
  return { checks, notes };
}

function checksOfWorkload(name: string | undefined): readonly NamedCheck[] | undefined {
  const workload = name === undefined ? undefined : workloads.get(name);
  return workload?.checks({ concurrency: 1 });
}

/** Runs the checks; what they find malformed is named with the file it stands in. */
async function runChecksOn(
  history: History,
  checks: readonly CheckRequest[],
  request: JudgeRequest,
): Promise<ChecksResult> {
  try {
    return await runChecksInThreads(history, checks, budgetOf(request), request.workers ?? 1);
  } catch (error) {
    if (!(error instanceof InputError) || error.place.file !== undefined) throw error;
    const { code, place, expected, found } = error;
    throw new InputError(code, { place: { ...place, file: request.path }, expected, found, cause: error });
  }
}

function budgetOf({ steps, seconds, bytes }: JudgeRequest): Budget {
  return {
    ...(steps === undefined ? {} : { steps }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(seconds === undefined ? {} : { seconds, clock: () => performance.now() / 1000 }),
  };
}
