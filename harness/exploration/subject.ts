import type { Violation } from "../../checkers/consensus/monitor.ts";
import { UsageError } from "../../histories/errors.ts";
import { monitorFor } from "../../checkers/consensus/monitors.ts";
import type { TraceEvent } from "../../histories/trace.ts";
import type { BundledProtocol, Exploration, ProtocolMutant } from "../../systems/contracts/protocol.ts";
import { explore, noGoodState, type ExploreOptions, type Progress, type Run } from "./explore.ts";
import { NetworkSystem } from "./network/network-system.ts";
import { traceOf } from "./network/trace.ts";
import { replayScript, scriptOf, stepsInWords, type Script, type ScriptedSystem } from "./script.ts";
import type { TransitionSystem } from "./transition-system.ts";

/** What may be asked of an exploration besides its configuration. */
export interface SubjectOptions extends ExploreOptions {
  /** Take states that differ in which of the symmetric nodes is which for one. */
  readonly symmetry?: boolean;
  /** How many crashes and timers in all, and how many messages lost and doubled, in place of the configuration's. */
  readonly crashes?: number;
  readonly timers?: number;
  readonly losses?: number;
  readonly duplicates?: number;
  /** Judge these properties only; the rest may be broken on the way. By default all that the configuration looks at. */
  readonly properties?: readonly string[];
}

/** A run that breaks a property, for people and for replay. */
export interface Witness {
  readonly violation: Violation;
  /** Step by step, in words. */
  readonly steps: readonly string[];
  readonly script: Script;
  /** The run as a trace, where there are nodes and messages. */
  readonly trace?: readonly TraceEvent[];
}

export interface ConfigurationResult extends Progress {
  readonly configuration: string;
  readonly valid: boolean | "unknown";
  /** Whether all runs of the configuration were seen, and none was cut off at a depth. */
  readonly whole: boolean;
  readonly reason?: string;
  readonly counterexample?: Witness;
  /** The violation that must be found here although all is right; `valid` says whether it was. */
  readonly refuted?: { readonly property: string; readonly steps: number };
}

/** A small configuration that can be explored. */
export interface Explorable {
  readonly name: string;
  /** What is looked at here, by name; besides, always, that no handler fails. */
  readonly properties: readonly string[];
  explore(options: SubjectOptions): ConfigurationResult;
  /** Replays a script that was found here; what it is said to break is judged, unless the options name properties. */
  replay(script: Script, options: SubjectOptions): Witness | undefined;
}

/** Something of a catalogue that can be explored: a protocol or an algorithm on shared memory. */
export interface Subject {
  readonly name: string;
  readonly mutants: readonly ProtocolMutant[];
  /** Its small configurations. */
  configurations(mutant?: string): readonly Explorable[];
}

/** A protocol of message passing. */
export function protocolSubject(protocol: BundledProtocol): Subject {
  return {
    name: protocol.name,
    mutants: protocol.mutants,
    configurations: (mutant) =>
      protocol.explorations.map((configuration) => ofProtocol(protocol, mutant, configuration)),
  };
}

function ofProtocol(
  bundled: BundledProtocol,
  mutant: string | undefined,
  configuration: Exploration,
): Explorable {
  const system = (options: SubjectOptions): NetworkSystem => {
    if (options.symmetry === true && options.partialOrder === true) {
      throw new UsageError(
        "The reductions by symmetry and by partial order do not go together: take one of them.",
      );
    }
    const { check, ...unchecked } = withBudgets(configuration, options);
    const isJudged = judgedBy(options);
    return new NetworkSystem({
      protocol: bundled.build(mutant),
      model: bundled.model,
      configuration: check !== undefined && isJudged(check.checker) ? { ...unchecked, check } : unchecked,
      monitors: bundled.properties.filter(isJudged).map((property) => monitorFor(property)),
      symmetry: options.symmetry === true,
    });
  };
  return explorable({
    name: configuration.name,
    properties: [
      ...bundled.properties,
      ...(configuration.check === undefined ? [] : [configuration.check.checker]),
    ],
    origin: originOf(bundled.name, mutant, configuration.name),
    depth: configuration.depth,
    liveness: configuration.liveness === true,
    system,
    trace: traceOf,
  });
}

/** Whether a property is judged. */
export function judgedBy({ properties }: SubjectOptions): (property: string) => boolean {
  return (property) => properties?.includes(property) !== false;
}

function withBudgets(
  configuration: Exploration,
  { crashes, timers, losses, duplicates }: SubjectOptions,
): Exploration {
  return {
    ...configuration,
    ...(crashes === undefined ? {} : { crashes: { ...configuration.crashes, limit: crashes } }),
    ...(timers === undefined ? {} : { timers: { ...configuration.timers, limit: timers } }),
    ...(losses === undefined ? {} : { losses }),
    ...(duplicates === undefined ? {} : { duplicates }),
  };
}

export function originOf(
  protocol: string,
  mutant: string | undefined,
  configuration: string,
): { protocol: string; mutant?: string; configuration: string } {
  return { protocol, ...(mutant === undefined ? {} : { mutant }), configuration };
}

/** How a configuration of either kind is explored. */
export function explorable<State, Action, System extends ScriptedSystem<State, Action>>(configuration: {
  readonly name: string;
  readonly properties: readonly string[];
  readonly origin: { readonly protocol: string; readonly mutant?: string; readonly configuration: string };
  readonly depth: number | undefined;
  /** Whether liveness is looked at although nobody asks; not with a reduction that it goes without. */
  readonly liveness?: boolean;
  readonly system: (options: SubjectOptions) => System;
  readonly trace?: (
    system: System,
    run: { readonly states: readonly State[]; readonly actions: readonly Action[] },
  ) => readonly TraceEvent[];
  readonly refuted?: { readonly property: string; readonly steps: number } | undefined;
}): Explorable {
  const { name, properties, origin, trace } = configuration;
  return {
    name,
    properties,
    explore(options) {
      const refuted = refutedAmong(configuration.refuted, options);
      const system = configuration.system(options);
      const depth = Math.min(options.depth ?? Infinity, configuration.depth ?? Infinity);
      const own = configuration.liveness === true && options.properties === undefined;
      const liveness = options.liveness === true || (own && options.partialOrder !== true);
      const { counterexample, ...seen } = explore(system, { ...options, depth, liveness });
      const result: ConfigurationResult = {
        configuration: name,
        ...seen,
        ...(counterexample === undefined
          ? {}
          : {
              counterexample: {
                violation: counterexample.violation,
                steps: stepsInWords(system, counterexample),
                script: scriptOf(system, counterexample, origin),
                ...(trace === undefined ? {} : { trace: trace(system, counterexample) }),
              },
            }),
      };
      if (refuted === undefined) return result;
      const found = counterexample?.violation.property;
      return {
        ...result,
        refuted,
        // What must be refuted here and was not in all that was seen is not what it is said to be.
        valid: found === refuted.property ? true : found === undefined && !seen.whole ? "unknown" : false,
      };
    },
    replay(script, options) {
      const broken = properties.filter((property) => property === script.property);
      const system = configuration.system({
        ...(broken.length > 0 ? { properties: broken } : {}),
        ...options,
      });
      const replayed = replayScript(system, script);
      const { violation = withoutWayOut(system, script, replayed, configuration.depth) } = replayed;
      if (violation === undefined) return undefined;
      return {
        violation,
        steps: stepsInWords(system, replayed),
        script,
        ...(trace === undefined ? {} : { trace: trace(system, replayed) }),
      };
    },
  };
}

/** What must be broken here, if that is judged. */
function refutedAmong(
  refuted: ConfigurationResult["refuted"],
  options: SubjectOptions,
): ConfigurationResult["refuted"] {
  return refuted !== undefined && judgedBy(options)(refuted.property) ? refuted : undefined;
}

/** What is wrong at the end of a script that leads to where no good state can be reached, if that is so again. */
function withoutWayOut<State, Action>(
  system: ScriptedSystem<State, Action>,
  { property }: Script,
  { states, actions }: Run<State, Action>,
  depth = Infinity,
): Violation | undefined {
  if (property !== noGoodState.property) return undefined;
  const from: TransitionSystem<State, Action> = {
    initial: () => states.slice(-1),
    actions: (state) => system.actions(state),
    next: (state, action) => system.next(state, action),
    fingerprint: (state, into) => system.fingerprint(state, into),
    violation: (state) => system.violation(state),
    describe: (state, action) => system.describe(state, action),
    ...(system.good === undefined ? {} : { good: (state: State) => system.good?.(state) === true }),
  };
  const { counterexample } = explore(from, { depth: depth - actions.length, liveness: true });
  return counterexample?.actions.length === 0 ? counterexample.violation : undefined;
}
