import { runChecks } from "../../../checkers/catalogue.ts";
import { composeValidity, type Validity, type Verdict } from "../../../checkers/verdict.ts";
import { HistoryBuilder } from "../../../histories/builder.ts";
import type { History } from "../../../histories/history.ts";
import type { TraceEvent } from "../../../histories/trace.ts";
import { findProtocol } from "../../../systems/catalogue.ts";
import { clients, phases, timeLimit, workload as findWorkload } from "../../../workloads/index.ts";
import { faultSchedule } from "../../nemesis/nemesis.ts";
import { Scheduler } from "../../scheduler/scheduler.ts";
import type { ChoiceStreams } from "../choices.ts";
import { SimulatedNemesis } from "../nemesis.ts";
import { HandlerError, VirtualCluster, type BrokenAssumption } from "../world/index.ts";
import { nodeNames, type RunConfiguration, type Timetable } from "./configuration.ts";
import { drive, type Ending } from "./drive.ts";
import { simulatedFaults } from "./fault-kinds.ts";
import { judgeAnswers } from "./answers.ts";
import { judgeLiveness } from "./liveness.ts";
import { Monitoring } from "./monitoring.ts";
import { safetyThenLiveness } from "./safety-then-liveness.ts";
import type { OperationSource, ScriptedOperation } from "./script.ts";
import { SimulatedClients } from "./simulated-clients.ts";

/** What a simulated run came to. */
export interface SimulatedRun {
  readonly valid: Validity;
  /** Of the checkers of the history, the properties watched from inside, and liveness. */
  readonly verdicts: readonly Verdict[];
  readonly history: History;
  readonly ending: Ending | "failed";
  /** Events of the world. */
  readonly events: number;
  /** Virtual time at the end. */
  readonly microseconds: number;
  /** What the run did not give although the protocol may count on it. */
  readonly broken: readonly BrokenAssumption[];
}

export interface RunHooks {
  /** Takes the trace, with vector clocks. */
  readonly trace?: (event: TraceEvent) => void;
  readonly began?: (operation: ScriptedOperation) => void;
}

/** Clients go on for so long after everything was healed, in nanoseconds. */
const afterwards = 0.5e9;
/** And take so long at most for their last operations, since nodes that stopped for good answer none. */
const atLast = 20e9;

/** The operations of a run as generators make them. */
export function generatedSource(
  configuration: RunConfiguration,
  { seed, seconds, interval }: Timetable,
): OperationSource {
  const { settings, concurrency, rate, liveness } = configuration;
  const nodes = nodeNames(configuration.nodes);
  const { model } = findProtocol(configuration.protocol);
  const workload = findWorkload(configuration.workload);
  const options = { ...settings, concurrency, rate };
  const packages = simulatedFaults.flatMap((fault) =>
    fault.package !== undefined && configuration.faults.includes(fault.kind) ? [fault.package] : [],
  );
  // Where members change, which nodes are a quorum is not known: all of them are.
  const tolerated = configuration.faults.includes("membership") ? 0 : model.tolerated(nodes.length);
  const limits = {
    tolerated,
    ...(model.clockBound === undefined ? {} : { clockBound: Math.floor(model.clockBound) }),
  };
  return new Scheduler({
    generator: phases(
      safetyThenLiveness({
        nodes,
        tolerated,
        workload: workload.generator(options),
        faults: faultSchedule(packages, nodes, interval * 1e9, limits),
        safety: seconds * 1e9,
        liveness: liveness * 1e9,
        afterwards,
      }),
      ...(workload.finalGenerator === undefined
        ? []
        : [timeLimit(atLast, clients(workload.finalGenerator(options)))]),
    ),
    concurrency,
    seed,
  });
}

/** Runs a configuration through to its end, in virtual time, and judges it. */
export function simulateRun(
  configuration: RunConfiguration,
  source: OperationSource,
  choices: ChoiceStreams,
  hooks: RunHooks = {},
): SimulatedRun {
  const protocol = findProtocol(configuration.protocol);
  const nodes = nodeNames(configuration.nodes);
  const { model, properties } = protocol;
  const monitoring = new Monitoring(properties, nodes);
  const world = new VirtualCluster({
    protocol: protocol.build(configuration.mutant),
    nodes,
    choices,
    settings: configuration.world,
    hooks: properties.length === 0 ? {} : { stepped: monitoring.stepped, asked: monitoring.asked },
    ...(hooks.trace === undefined ? {} : { trace: { sink: hooks.trace, clocks: true } }),
  });
  monitoring.watch(world);
  /** What was broken when everything was healed: what healing itself breaks is not held against liveness. */
  let brokenBefore: readonly BrokenAssumption[] | undefined;
  const nemesis = new SimulatedNemesis(world, model, configuration.world.handling, {
    crashed: monitoring.crashed,
    healing: () => (brokenBefore ??= world.brokenAssumptions(model)),
  });
  const builder = new HistoryBuilder({ workload: configuration.workload, system: protocol.name });
  let ending: SimulatedRun["ending"];
  let failure: HandlerError | undefined;
  try {
    ending = drive({
      world,
      source,
      clients: new SimulatedClients(world, monitoring.answered),
      nemesis,
      record: (event) => void builder.add(event),
      ...(hooks.began === undefined ? {} : { began: hooks.began }),
      events: configuration.events,
    });
    monitoring.finish();
  } catch (error) {
    if (!(error instanceof HandlerError)) throw error;
    ending = "failed";
    failure = error;
  }
  const history = builder.build();
  const atEnd = world.brokenAssumptions(model);
  const broken = [
    ...(brokenBefore ?? atEnd),
    ...atEnd.filter(({ concerns }) => brokenBefore !== undefined && concerns === "safety"),
  ];
  const verdicts = withAssumptions(
    [
      handlers(failure),
      judgeAnswers(history),
      // A failure is named after its first verdict: what clients saw says more than what is seen from inside.
      ...checkHistory(configuration, history),
      ...monitoring.verdicts(),
      judgeLiveness(history, nodes, configuration.liveness * 1e9, world.now() * 1000),
    ],
    broken,
  );
  return {
    // What went wrong in a run that was cut short went wrong all the same.
    valid: composeValidity([judged(verdicts), ending === "too many events" ? "unknown" : true]),
    verdicts,
    history,
    ending,
    events: world.events,
    microseconds: world.now(),
    broken,
  };
}

function checkHistory(
  { workload, settings, concurrency, rate }: RunConfiguration,
  history: History,
): readonly Verdict[] {
  return runChecks(history, findWorkload(workload).checks({ ...settings, concurrency, rate })).checks;
}

/** False over unknown over true; what has no evidence says nothing, unless nothing has. */
function judged(verdicts: readonly Verdict[]): Validity {
  const telling = verdicts.filter(({ reason }) => reason?.startsWith("no evidence") !== true);
  return telling.length === 0 ? "unknown" : composeValidity(telling.map(({ valid }) => valid));
}

/** Whether every handler of the protocol came to its end. */
export function handlers(failure: HandlerError | undefined): Verdict {
  return {
    checker: "handlers",
    valid: failure === undefined,
    anomalies:
      failure === undefined
        ? []
        : [
            {
              type: "handler-failed",
              operations: [],
              explanation: `${failure.message}. A process would have died of it.`,
            },
          ],
    statistics: {},
  };
}

/** A failure is blamed on the protocol only if the run gave what the protocol assumes. */
function withAssumptions(verdicts: readonly Verdict[], broken: readonly BrokenAssumption[]): Verdict[] {
  return verdicts.map((verdict) => {
    if (verdict.valid !== false) return verdict;
    const excuse = broken.find(({ concerns }) => concerns === "safety" || verdict.checker === "liveness");
    if (excuse === undefined) return verdict;
    return {
      ...verdict,
      valid: "unknown",
      reason: `assumption broken: ${excuse.assumption}: ${excuse.explanation}`,
    };
  });
}

/** What makes two failures the same: who found it, and what kind it is. */
export interface Signature {
  readonly checker: string;
  readonly anomaly: string;
}

/** The kinds of failure of a run, the first one first. */
export function signatures({ verdicts }: Pick<SimulatedRun, "verdicts">): readonly Signature[] {
  return verdicts
    .filter(({ valid }) => valid === false)
    .map(({ checker, anomalies }) => ({ checker, anomaly: anomalies[0]?.type ?? "unnamed" }));
}
