import type { History } from "../../histories/history.ts";
import type { JsonObject } from "../../histories/json.ts";
import type { Budget, Checker } from "../checker.ts";
import { composeValidity, type Validity, type Verdict } from "../verdict.ts";
import { anomaliesOf } from "./anomalies-of.ts";
import { certificateOf } from "./certificate.ts";
import { decideLevels, type LevelOutcome } from "./decide-levels.ts";
import type { IsolationEngine } from "./decision.ts";
import { isolationEngines } from "./engines/engines.ts";
import type { DependencyCycleEvidence, Formalism } from "./evidence.ts";
import { implies, levelNumber, strongest, weakest, withoutEquals } from "./lattice.ts";
import type { Level } from "./levels.ts";
import { nameOf, parseLevelName, type Asked } from "./names.ts";
import { decideOperationModel, type OperationOutcome } from "./operation-models/decide.ts";
import type { Reading } from "./reading.ts";
import { gapsFor } from "./reading/decide-reading.ts";
import { Proofs, withoutRefuted } from "./proofs.ts";
import { readingOf } from "./reading/reading-of.ts";
import { Aborted, Committed, Read, ReadList, Undetermined, Unread } from "./transactions.ts";
import { transactionsOf } from "./transactions/transactions-of.ts";

export interface IsolationOptions {
  /** Names of levels separated by commas, or `all`, which is also what is taken if none is named. */
  readonly level?: string;
  /** In whose words violations are told besides ours. */
  readonly formalism?: Formalism;
  /** What a read of null says in operations that are a single read, see `transactionsOf`. */
  readonly nullReads?: "initial" | "nothing";
  /** Whether the values of single operations are pairs of a key and a value; left out, where that is unmistakable. */
  readonly keyed?: boolean;
}

const summary = "of which isolation levels the transactions are, with proofs either way";

/** The checker for `check`. Throws a `UsageError` at once where a name is not known. */
export function isolation(options: IsolationOptions = {}): Checker {
  const asked = askedFor(options.level);
  return {
    name: "isolation",
    summary,
    check: (history, budget) =>
      judgeReading(readingOf(transactionsOf(history, options)), asked, {
        ...options,
        ...(budget === undefined ? {} : { budget }),
      }),
  };
}

/** Decides isolation levels of a history; see `docs/isolation.md` for what each of them asks for. */
export function checkIsolation(
  history: History,
  options: IsolationOptions = {},
  budget: Budget = {},
): Verdict {
  return isolation(options).check(history, budget);
}

/** What names separated by commas ask for; throws a `UsageError` that lists the known ones. */
export function askedFor(names = "all"): readonly Asked[] {
  return names
    .split(",")
    .flatMap((name) =>
      name.trim().toLowerCase() === "all"
        ? [{ name: "all", level: { name: "serializable" as const, strength: "strong" as const } }]
        : [parseLevelName(name)],
    );
}

export interface JudgeOptions {
  readonly formalism?: Formalism;
  readonly budget?: Budget;
  readonly engines?: readonly IsolationEngine[];
}

/** The verdict on a reading. */
export function judgeReading(reading: Reading, asked: readonly Asked[], options: JudgeOptions = {}): Verdict {
  const { formalism, budget = {}, engines = isolationEngines } = options;
  const levels = asked.flatMap((one) => ("level" in one ? [one.level] : []));
  const { outcomes: decided, decisions } = decideLevels(reading, levels, engines, budget);
  const proofs = new Proofs(reading);
  const told = withoutRefuted(decided, proofs).map((outcome) => withGaps(outcome, reading));
  const decidedModels = asked.flatMap((one) =>
    "model" in one
      ? [
          {
            name: one.name,
            ...withoutRefutedProof(decideOperationModel(reading, one.model, { engines, budget }), proofs),
          },
        ]
      : [],
  );
  // Those that are decided as a level have an execution of it.
  const asLevels = decidedModels
    .flatMap(asOutcome)
    .filter(({ level, valid: held }) => held === true && validityOf(told, level) !== true);
  const certified = certificateOf(reading, [...told, ...asLevels]);
  const outcomes = told.map((outcome) => withDoubts(outcome, certified.unverified));
  const models = decidedModels.map((outcome) => withDoubts(outcome, certified.unverified));
  const valid = composeValidity([
    ...levels.map((level) => validityOf(outcomes, level)),
    ...models.map((outcome) => outcome.valid),
  ]);
  const evidence = noEvidence(reading);
  const base = {
    checker: "isolation",
    anomalies: anomaliesOf(
      reading,
      [
        ...outcomes,
        ...besidesFindings(reading, levels, decided, { engines, budget }),
        ...models.flatMap(asOutcome),
      ],
      {
        asked: levels,
        engines,
        budget,
        proofs,
        ...(formalism === undefined ? {} : { formalism }),
      },
    ),
    ...(certified.certificate === undefined
      ? {}
      : { certificate: certified.certificate, verified: certified.unverified.length === 0 }),
    statistics: statisticsOf(reading, decisions),
    details: detailsOf(asked, outcomes, models, decided),
    notes: [...notesOf(reading), ...withoutExecution(models)],
  };
  const verdict: Verdict = {
    ...base,
    valid,
    details: { ...base.details, anomalyTypes: typesOf(base.anomalies) },
  };
  if (valid === true && evidence !== undefined)
    return { ...verdict, valid: "unknown", reason: `no evidence: ${evidence}` };
  if (valid === "unknown") return { ...verdict, reason: reasonOf(asked, outcomes, models) };
  return verdict;
}

/** Steps of an engine for each level, when what matters is decided already. */
const StepsBesides = 1_000_000;

/** The cycles that there are besides findings which break a level by themselves, so that no engine was asked about it. */
function besidesFindings(
  reading: Reading,
  asked: readonly Level[],
  decided: readonly LevelOutcome[],
  { engines, budget }: { readonly engines: readonly IsolationEngine[]; readonly budget: Budget },
): LevelOutcome[] {
  if (!decided.some(({ finding }) => finding !== undefined)) return [];
  const steps = Math.min(budget.steps ?? StepsBesides, StepsBesides);
  const { outcomes } = decideLevels({ ...reading, findings: [] }, asked, engines, { ...budget, steps });
  return outcomes
    .filter(({ valid, level }) => valid === false && validityOf(decided, level) === false)
    .map((outcome) => ({ ...outcome, besides: true }));
}

/** As `withoutRefuted`, of a condition that is decided as a level. */
function withoutRefutedProof(outcome: OperationOutcome, proofs: Proofs): OperationOutcome {
  const { model, outcome: own } = outcome;
  if (own === undefined || own.model !== undefined) return outcome;
  const [{ valid, reason } = own] = withoutRefuted([own], proofs);
  return valid === own.valid ? outcome : { model, valid, ...(reason === undefined ? {} : { reason }) };
}

function validityOf(outcomes: readonly LevelOutcome[], level: Level): Validity {
  return outcomes.find((outcome) => levelNumber(outcome.level) === levelNumber(level))?.valid ?? "unknown";
}

/** What stayed open in the reading keeps a level from being said to hold. */
function withGaps(outcome: LevelOutcome, reading: Reading): LevelOutcome {
  const [gap] = outcome.valid === true ? gapsFor(reading, outcome.level) : [];
  return gap === undefined ? outcome : { level: outcome.level, valid: "unknown", reason: gap };
}

/** So does what stayed open in the verification of a certificate. */
function withDoubts<Outcome extends { readonly valid: Validity; readonly reason?: string }>(
  outcome: Outcome,
  unverified: readonly string[],
): Outcome {
  const [problem] = unverified;
  if (outcome.valid !== true || problem === undefined) return outcome;
  return { ...outcome, valid: "unknown", reason: `internal: certificate did not verify (${problem})` };
}

function asOutcome(outcome: OperationOutcome): LevelOutcome[] {
  return outcome.outcome === undefined ? [] : [outcome.outcome];
}

function detailsOf(
  asked: readonly Asked[],
  outcomes: readonly LevelOutcome[],
  models: readonly (OperationOutcome & { readonly name: string })[],
  decided: readonly LevelOutcome[],
): JsonObject {
  const of = (validity: Validity): Level[] =>
    outcomes.filter(({ valid }) => valid === validity).map(({ level }) => level);
  const engines: Record<string, number> = {};
  for (const { engine } of decided) if (engine !== undefined) engines[engine] = (engines[engine] ?? 0) + 1;
  const reasons = outcomes.flatMap(({ level, reason }): [string, string][] =>
    reason === undefined ? [] : [[nameOf(level), reason]],
  );
  return {
    levels: {
      ...Object.fromEntries(outcomes.map(({ level, valid }) => [nameOf(level), valid])),
      ...Object.fromEntries(models.map(({ model, valid }) => [model, valid])),
    },
    strongest: withoutEquals(strongest(of(true))).map(nameOf),
    weakestViolated: withoutEquals(weakest(of(false))).map(nameOf),
    asked: Object.fromEntries(
      asked.map((one) => [
        one.name,
        "level" in one
          ? validityOf(outcomes, one.level)
          : (models.find(({ model }) => model === one.model)?.valid ?? "unknown"),
      ]),
    ),
    ...(reasons.length === 0 ? {} : { reasons: Object.fromEntries(reasons) }),
    ...(models.length === 0 ? {} : { evidence: evidenceOf(models) }),
    engines,
  };
}

/** Of the conditions that hold by what their orders force: that there is no execution to show for them. */
function withoutExecution(models: readonly OperationOutcome[]): string[] {
  const held = models.filter(({ valid, outcome }) => valid === true && outcome === undefined);
  return held.map(
    ({ model }) =>
      `That ${model} holds rests on the decision procedure alone: there is no execution of it that separate code verified.`,
  );
}

/** Every name of every anomaly that is told. */
function typesOf(anomalies: Verdict["anomalies"]): string[] {
  const names = anomalies.flatMap(({ type, evidence }) => [
    type,
    ...(isCycle(evidence) ? evidence.alsoKnownAs : []),
  ]);
  return [...new Set(names)].toSorted();
}

/** What shows that the conditions of single operations hold. */
function evidenceOf(models: readonly OperationOutcome[]): JsonObject {
  return Object.fromEntries(
    models.flatMap(({ model, valid, outcome }) =>
      valid === true ? [[model, outcome === undefined ? "decision-procedure" : "execution"]] : [],
    ),
  );
}

function isCycle(evidence: { readonly kind: string } | undefined): evidence is DependencyCycleEvidence {
  return evidence?.kind === "dependency-cycle";
}

function reasonOf(
  asked: readonly Asked[],
  outcomes: readonly LevelOutcome[],
  models: readonly OperationOutcome[],
): string {
  const open = [
    ...outcomes.flatMap(({ level, valid, reason }) =>
      valid === "unknown" && asked.some((one) => "level" in one && implies(one.level, level))
        ? [`${nameOf(level)}: ${reason ?? "undecided"}`]
        : [],
    ),
    ...models.flatMap(({ model, valid, reason }) =>
      valid === "unknown" ? [`${model}: ${reason ?? "undecided"}`] : [],
    ),
  ];
  return open.length <= 3
    ? open.join("; ")
    : `${open.slice(0, 3).join("; ")}; and ${open.length - 3} more levels`;
}

/** Why a history could not have shown a violation; `undefined` where it could. */
function noEvidence(reading: Reading): string | undefined {
  if (reading.nodes <= 1) return "no transaction committed";
  const { transactions } = reading;
  const seen = transactions.kind.some((_, operation) => isKnownRead(transactions, operation));
  return seen ? undefined : "nothing was read";
}

function isKnownRead({ kind, value, predicate }: Reading["transactions"], operation: number): boolean {
  if (kind[operation] !== Read && kind[operation] !== ReadList) return false;
  // What a predicate left out was read, too.
  return value[operation] !== Unread || (predicate?.[operation] ?? -1) >= 0;
}

function notesOf({ transactions, begin, end, nodes }: Reading): string[] {
  const { timed } = transactions;
  const notes: string[] = [];
  if (!timed)
    notes.push(
      "The history has no invocations, so that nothing is known of real time: strong- levels heed sessions only.",
    );
  if (timed && nodes > 2) {
    let latest = -1;
    let concurrent = false;
    for (let node = 1; node < nodes && !concurrent; node++) {
      concurrent = begin[node]! < latest;
      latest = Math.max(latest, end[node]!);
    }
    if (!concurrent)
      notes.push(
        "No two transactions were concurrent, which is weak evidence for any level: most anomalies need concurrency.",
      );
  }
  return notes;
}

function statisticsOf(
  { transactions, findings, nodes, sessions }: Reading,
  decisions: number,
): Record<string, number> {
  const { status, count, kind, keys } = transactions;
  const ended = (how: number): number => status.reduce((sum, one) => (one === how ? sum + 1 : sum), 0);
  return {
    transactions: count,
    committed: ended(Committed),
    aborted: ended(Aborted),
    undetermined: ended(Undetermined),
    tookEffect: nodes - 1,
    operations: kind.length,
    keys: keys.length,
    sessions,
    findings: findings.length,
    decisions,
  };
}
