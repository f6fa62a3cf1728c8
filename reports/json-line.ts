import type { Validity, Verdict } from "../checkers/verdict.ts";
import { isJsonObject, type JsonObject } from "../histories/json.ts";
import type { WhileRunning } from "../histories/store/results.ts";

export interface JsonLineInput {
  readonly valid: Validity;
  /** The history's file or run. */
  readonly history: string;
  /** Client operations. */
  readonly operations: number;
  readonly seconds: number;
  readonly verdicts: readonly Verdict[];
  /** Whether certificates are there in full, for `rashomon verify`; else only what became of them. */
  readonly certificates?: boolean;
  /** What was found while the run went on. */
  readonly whileRunning?: WhileRunning;
}

/** The object of `--json`: what one history came to. */
export function jsonResult(input: JsonLineInput): JsonObject {
  return {
    valid: input.valid,
    history: input.history,
    operations: input.operations,
    seconds: Math.round(input.seconds * 1000) / 1000,
    checks: input.verdicts.map((verdict) => jsonCheck(verdict, input.certificates ?? false)),
    ...(input.whileRunning === undefined ? {} : { whileRunning: plain(input.whileRunning) }),
  };
}

/** `jsonResult` on one line, without a line break. */
export function jsonLine(input: JsonLineInput): string {
  return JSON.stringify(jsonResult(input));
}

function jsonCheck(verdict: Verdict, inFull: boolean): JsonObject {
  const { checker, model, valid, anomalies, certificate, verified, reason, statistics, details, notes } =
    verdict;
  return {
    checker,
    ...(model === undefined ? {} : { model }),
    valid,
    anomalies: anomalies.map(({ type, operations, explanation, evidence }) => ({
      type,
      operations,
      explanation,
      // Evidence is plain data by contract; its shape is the checker's own.
      ...(evidence === undefined ? {} : { evidence: plain(evidence) }),
      ...("cycle" in (evidence ?? {}) && checker === "isolation"
        ? { cycle: plain(evidence ?? {})["cycle"] ?? [] }
        : {}),
    })),
    ...levelsOf(verdict),
    ...(certificate === undefined
      ? {}
      : {
          certificate: {
            ...(inFull ? plain(certificate) : { kind: certificate.kind }),
            verified: verified ?? false,
          },
        }),
    ...(reason === undefined ? {} : { reason }),
    statistics,
    ...(details === undefined ? {} : { details }),
    ...(notes === undefined || notes.length === 0 ? {} : { notes }),
  };
}

/** What a check of isolation says of the levels, where programs look for it. */
function levelsOf({ checker, details }: Verdict): JsonObject {
  if (checker !== "isolation" || !isJsonObject(details)) return {};
  const { levels = {}, strongest = [], weakestViolated = [] } = details;
  return { levels, strongest, weakestViolated };
}

function plain(evidence: object): JsonObject {
  return Object.fromEntries(Object.entries(evidence));
}
