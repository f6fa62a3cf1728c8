import { UsageError, unknownName } from "../histories/errors.ts";
import type { History } from "../histories/history.ts";
import type { Json } from "../histories/json.ts";
import type { Budget, Checker } from "./checker.ts";
import type { CausalCondition } from "./causality/memory/bad-patterns.ts";
import { causalBroadcastOfHistories } from "./causality/causal-broadcast.ts";
import { eventualDelivery } from "./causality/eventual-delivery.ts";
import { causalMemory } from "./causality/memory/causal-memory.ts";
import { agreementOfHistories } from "./consensus/decisions.ts";
import { totalOrderOfHistories } from "./consensus/deliveries.ts";
import { regular, regularity } from "./linearizability/conditions/regular.ts";
import { safe, safety } from "./linearizability/conditions/safe.ts";
import type { RegisterConditionOptions } from "./linearizability/conditions/register-condition.ts";
import type { Formalism } from "./isolation/evidence.ts";
import { isolation } from "./isolation/isolation.ts";
import { linearizable, type NullReads } from "./linearizability/linearizable.ts";
import type { Model } from "./linearizability/model.ts";
import { sequential } from "./sequential/sequential.ts";
import { bank } from "./simple/bank.ts";
import { causalReverse } from "./simple/causal-reverse.ts";
import { counterBounds } from "./simple/counter-bounds.ts";
import { dirtyRead } from "./simple/dirty-read.ts";
import { longFork } from "./simple/long-fork.ts";
import { partitionedLog } from "./simple/partitioned-log.ts";
import { sequentialInserts } from "./simple/sequential-inserts.ts";
import { setFull } from "./simple/set-full.ts";
import { stats } from "./simple/stats.ts";
import { totalQueue } from "./simple/total-queue.ts";
import { unhandledExceptions } from "./simple/unhandled-exceptions.ts";
import { uniqueIds } from "./simple/unique-ids.ts";
import { writeSkew } from "./simple/write-skew.ts";
import { composeValidity, type Validity, type Verdict } from "./verdict.ts";

/** A checker by name, with what it needs; as the description of a test lists it. */
export interface CheckRequest {
  readonly checker: string;
  readonly model?: string | Model;
  readonly keyed?: boolean;
  readonly initial?: Json;
  readonly nullReads?: NullReads;
  /** The isolation levels to hold, by their names, separated by commas; or `all`. */
  readonly level?: string;
  /** In whose words violations of isolation are told besides ours. */
  readonly formalism?: Formalism;
  /** For a bank: what its accounts hold together, and whether they may be overdrawn. */
  readonly totalAmount?: number;
  readonly negativeBalances?: boolean;
  /** For sets, queues, logs and counters: what they promise. */
  readonly promise?: string;
}

export interface CheckerEntry {
  readonly name: string;
  /** One line for `rashomon list checkers`. */
  readonly summary: string;
  /** Whether the checker judges by a model. */
  readonly needsModel: boolean;
  /** The model of the catalogue that it judges by where none is named. */
  readonly usualModel?: string;
  /** Whether it asks, without a model, what a read of null says. */
  readonly asksOfNulls?: true;
  /** Whether it judges by what is promised. */
  readonly takesPromise?: true;
  make(request: CheckRequest): Checker;
}

/** Every checker, by name. */
export const checkers: readonly CheckerEntry[] = [
  {
    name: "linearizable",
    summary: "every operation takes effect at one moment between its start and its end, as the model says",
    needsModel: true,
    make({ model, keyed, initial, nullReads }) {
      if (model === undefined)
        throw new UsageError("Checker linearizable needs a model: --linearizable <model>.");
      return linearizable({
        model,
        ...(keyed === undefined ? {} : { keyed }),
        ...(initial === undefined ? {} : { initial }),
        ...(nullReads === undefined ? {} : { nullReads }),
      });
    },
  },
  {
    name: "sequential",
    summary: "one order of all operations explains them, in which each process keeps its own",
    needsModel: true,
    make({ model, keyed, initial, nullReads }) {
      if (model === undefined)
        throw new UsageError("Checker sequential needs a model: --sequential <model>.");
      return sequential({
        model,
        ...(keyed === undefined ? {} : { keyed }),
        ...(initial === undefined ? {} : { initial }),
        ...(nullReads === undefined ? {} : { nullReads }),
      });
    },
  },
  {
    name: "isolation",
    summary: "of which isolation levels the transactions are (rashomon list levels), with proofs either way",
    needsModel: false,
    asksOfNulls: true,
    make: ({ level, formalism, nullReads, keyed }) =>
      isolation({
        ...(level === undefined ? {} : { level }),
        ...(nullReads === undefined ? {} : { nullReads: nullReads === "value" ? "initial" : "nothing" }),
        ...(formalism === undefined ? {} : { formalism }),
        ...(keyed === undefined ? {} : { keyed }),
      }),
  },
  ofRegisters(regularity.name, regularity.summary, regular),
  ofRegisters(safety.name, safety.summary, safe),
  {
    name: bank().name,
    summary: bank().summary,
    needsModel: false,
    make: ({ totalAmount, negativeBalances }) =>
      bank({
        ...(totalAmount === undefined ? {} : { totalAmount }),
        ...(negativeBalances === undefined ? {} : { negativeBalances }),
      }),
  },
  modelless(longFork),
  modelless(writeSkew),
  modelless(causalReverse),
  modelless(sequentialInserts),
  modelless(dirtyRead),
  promising(setFull),
  promising(totalQueue),
  promising(partitionedLog),
  promising(counterBounds),
  modelless(uniqueIds),
  causal("CC"),
  causal("CCv"),
  causal("CM"),
  modelless(agreementOfHistories),
  modelless(totalOrderOfHistories),
  modelless(causalBroadcastOfHistories),
  promising(eventualDelivery),
  modelless(stats),
  modelless(unhandledExceptions),
];

function ofRegisters(
  name: string,
  summary: string,
  make: (options: RegisterConditionOptions) => Checker,
): CheckerEntry {
  return {
    name,
    summary,
    needsModel: false,
    usualModel: "cas-register",
    make: (request) => make(request),
  };
}

function causal(condition: CausalCondition): CheckerEntry {
  const { name, summary } = causalMemory(condition);
  return {
    name,
    summary,
    needsModel: false,
    asksOfNulls: true,
    make: ({ nullReads, keyed }) =>
      causalMemory(condition, {
        ...(nullReads === undefined ? {} : { nullReads }),
        ...(keyed === undefined ? {} : { keyed }),
      }),
  };
}

function modelless(checker: Checker): CheckerEntry {
  return { name: checker.name, summary: checker.summary, needsModel: false, make: () => checker };
}

/** A checker that judges by what is promised; by the least of it if nothing is said. */
function promising(make: (options: { readonly promise?: string }) => Checker): CheckerEntry {
  const { name, summary } = make({});
  return {
    name,
    summary,
    needsModel: false,
    takesPromise: true,
    make: ({ promise }) => make(promise === undefined ? {} : { promise }),
  };
}

/** The checker that a request asks for; throws a `UsageError` that lists the known ones. */
export function checkerFor(request: CheckRequest): Checker {
  const entry = checkers.find(({ name }) => name === request.checker);
  if (entry === undefined)
    throw unknownName(
      "checker",
      request.checker,
      checkers.map(({ name }) => name),
    );
  return entry.make(request);
}

export interface ChecksResult {
  readonly valid: Validity;
  readonly checks: readonly Verdict[];
}

/**
 * Runs checkers on a history: false over unknown over true, and unknown when there is none to run. The
 * budget is for each checker. A checker that throws is not caught: it is wrong use, bad input, or a bug.
 */
export function runChecks(
  history: History,
  requests: readonly CheckRequest[],
  budget: Budget = {},
): ChecksResult {
  const checks = requests.map(checkerFor).map((checker) => checker.check(history, budget));
  return {
    valid: checks.length === 0 ? "unknown" : composeValidity(checks.map(({ valid }) => valid)),
    checks,
  };
}

/** As `runChecks`, with so many worker threads for checkers that can share their work. */
export async function runChecksInThreads(
  history: History,
  requests: readonly CheckRequest[],
  budget: Budget,
  workers: number,
): Promise<ChecksResult> {
  const checks: Verdict[] = [];
  for (const checker of requests.map(checkerFor))
    checks.push(
      checker.checkInThreads === undefined
        ? checker.check(history, budget)
        : await checker.checkInThreads(history, budget, { workers }),
    );
  return {
    valid: checks.length === 0 ? "unknown" : composeValidity(checks.map(({ valid }) => valid)),
    checks,
  };
}
