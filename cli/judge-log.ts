import { open, stat } from "node:fs/promises";
import { gunzipSync } from "node:zlib";

import {
  checkCausalDelivery,
  checkCausality,
  checkFifo,
  tellsDeliveries,
} from "../checkers/causality/index.ts";
import { checkConsensusLog } from "../checkers/consensus/consensus-log.ts";
import { composeValidity, type Verdict } from "../checkers/verdict.ts";
import {
  looksLikeConsensusLog,
  readConsensusLog,
  readConsensusLogs,
  type ConsensusLog,
} from "../histories/codecs/consensus-log.ts";
import { InputError } from "../histories/errors.ts";
import { openRun, type Run } from "../histories/store/run.ts";
import { looksLikeTrace, readTrace } from "../histories/codecs/trace/read-trace.ts";
import {
  counted,
  jsonLine,
  spaceTimeOfConsensus,
  spaceTimeOfEvents,
  type SpaceTime,
} from "../reports/index.ts";
import { reportLog } from "./log-report.ts";
import { renderLogVerdicts } from "../reports/log-verdicts.ts";
import type { JudgeOutcome, JudgeRequest } from "./judge.ts";

/** What may be judged besides histories: traces by what happened before what, logs of consensus. */
export type LogKind = "causality" | "consensus";

export interface LogRequest {
  readonly kind: LogKind;
  /** How events look in a log of text. */
  readonly expression?: string;
  /** Whether messages of one link are to arrive in order. */
  readonly fifo?: boolean;
}

/** Bytes that are enough to know a log by. */
const prefixBytes = 4096;

/** The kind of log that a file begins as; undefined for anything else, such as a history. */
export async function logKindOf(path: string): Promise<LogKind | undefined> {
  const prefix = await prefixOf(path).catch(() => undefined);
  if (prefix === undefined) return undefined;
  if (looksLikeConsensusLog(prefix)) return "consensus";
  return looksLikeTrace(prefix) ? "causality" : undefined;
}

async function prefixOf(path: string): Promise<string | undefined> {
  if (path === "-" || !(await stat(path)).isFile()) return undefined;
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(prefixBytes), 0, prefixBytes, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
    // A part of a packed file cannot be unpacked whole; what comes out of it is enough.
    return (packed ? gunzipSync(bytes, { finishFlush: 2 }) : bytes).toString("utf8").replace(/^\uFEFF/, "");
  } finally {
    await file.close();
  }
}

/** Reads a log, judges it and says what came out. */
export async function judgeLog(request: JudgeRequest, log: LogRequest): Promise<JudgeOutcome> {
  const started = performance.now();
  const { path } = request;
  const { verdicts, extent, size, draw } = await (log.kind === "consensus"
    ? consensus(path)
    : causality(path, log));
  const valid = composeValidity(verdicts.map((verdict) => verdict.valid));
  if (request.report !== undefined)
    reportLog(request.report, { source: path, verdicts, valid, extent, spaceTime: draw(blamedBy(verdicts)) });
  return {
    valid,
    text: renderLogVerdicts(verdicts, {
      extent,
      ...(request.width === undefined ? {} : { width: request.width }),
      ...(request.color === undefined ? {} : { color: request.color }),
    }),
    json: jsonLine({
      valid,
      history: path,
      operations: size,
      seconds: (performance.now() - started) / 1000,
      verdicts,
      ...(request.certificates === true ? { certificates: true } : {}),
    }),
  };
}

interface Judged {
  readonly verdicts: readonly Verdict[];
  readonly extent: string;
  readonly size: number;
  /** Its diagram, with the lines or events marked that anomalies are about. */
  readonly draw: (blamed: ReadonlySet<number>) => SpaceTime;
}

function blamedBy(verdicts: readonly Verdict[]): ReadonlySet<number> {
  return new Set(verdicts.flatMap(({ anomalies }) => anomalies.flatMap(({ operations }) => operations)));
}

async function consensus(path: string): Promise<Judged> {
  const log = await consensusLogAt(path);
  const verdict = checkConsensusLog(log);
  const { nodes = 0, slots = 0 } = verdict.statistics;
  return {
    verdicts: [verdict],
    extent: `${counted(log.lines.length, "line", "lines")} of ${counted(nodes, "node", "nodes")} about ${counted(slots, "slot", "slots")}`,
    size: log.lines.length,
    draw: (blamed) => spaceTimeOfConsensus(log, blamed),
  };
}

/** A log, or all that the nodes of a run wrote. */
async function consensusLogAt(path: string): Promise<ConsensusLog> {
  if (path === "-" || !(await stat(path).catch(() => undefined))?.isDirectory())
    return readConsensusLog(path);
  const run = await openRun(path);
  const logs = await run.consensusLogs();
  if (logs.length === 0)
    throw new InputError("E_CONSENSUS_LOG", {
      place: { file: run.folder },
      expected: "a run whose nodes wrote logs of consensus, as those of bundled protocols do",
      found: "none",
    });
  return readConsensusLogs(logs);
}

/**
 * What the logs of consensus of a run say beside its history; undefined where there are none, or none that can be
 * compared: that is no question of the history's. Their lines are no operations.
 */
export async function consensusOfRun(run: Run): Promise<Verdict | undefined> {
  const logs = await run.consensusLogs();
  if (logs.length === 0) return undefined;
  const { checker, valid, anomalies, statistics, notes } = checkConsensusLog(await readConsensusLogs(logs));
  if (valid === "unknown") return undefined;
  return {
    checker,
    valid,
    anomalies: anomalies.map((each) => ({ ...each, operations: [] })),
    statistics,
    ...(notes === undefined ? {} : { notes }),
  };
}

async function causality(path: string, { expression, fifo }: LogRequest): Promise<Judged> {
  const trace = await readTrace(path, expression === undefined ? {} : { expression });
  const verdicts = [
    ...(tellsDeliveries(trace) ? [checkCausalDelivery(trace)] : []),
    ...(fifo === true ? [checkFifo(trace)] : []),
  ];
  const clocks = checkCausality(trace);
  // A trace of deliveries need not have clocks.
  const isBare = clocks.valid === "unknown" && verdicts.length > 0 && trace.clocked.every((has) => has === 0);
  return {
    verdicts: isBare ? verdicts : [clocks, ...verdicts],
    extent: `${counted(trace.node.length, "event", "events")} of ${counted(trace.nodes.length, "node", "nodes")}`,
    size: trace.node.length,
    draw: (blamed) => spaceTimeOfEvents(trace, blamed),
  };
}
