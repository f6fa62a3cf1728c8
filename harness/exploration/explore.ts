import { getHeapStatistics } from "node:v8";

import type { Violation } from "../../checkers/consensus/monitor.ts";
import { UsageError } from "../../histories/errors.ts";
import { Reachability } from "./reachability.ts";
import { SleepSets } from "./sleep-sets.ts";
import type { TransitionSystem } from "./transition-system.ts";
import { noState, VisitedSet } from "./visited.ts";

export interface ExploreOptions {
  /** Only runs of at most so many steps. */
  readonly depth?: number;
  /** Gives up after so many distinct states. */
  readonly states?: number;
  /** Gives up when this program holds more than so many bytes; by default three quarters of what it may. */
  readonly bytes?: number;
  /** Whether to see also that from every state a good one can be reached. */
  readonly liveness?: boolean;
  /** Whether to take only one of the orders of steps that do not touch each other. */
  readonly partialOrder?: boolean;
  /** Called now and then. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How much has been seen. */
export interface Progress {
  /** States that differ. */
  readonly distinct: number;
  /** States made, the initial ones included: as TLC counts them. */
  readonly generated: number;
  /** Steps on the way to the states that were found last. TLC counts the states on it: one more. */
  readonly depth: number;
  /** States that were found and whose next states were not all seen yet. */
  readonly frontier: number;
}

/** A run: from an initial state by actions to a last state. */
export interface Run<State, Action> {
  /** One more than actions. */
  readonly states: readonly State[];
  readonly actions: readonly Action[];
}

export interface Counterexample<State, Action> extends Run<State, Action> {
  readonly violation: Violation;
}

export interface Explored<State, Action> extends Progress {
  /**
   * Whether everything holds in every state that can be reached (in at most `depth` steps, if asked for);
   * unknown when a limit was met before all were seen.
   */
  readonly valid: boolean | "unknown";
  /** One of the shortest. */
  readonly counterexample?: Counterexample<State, Action>;
  /** Whether there is nothing beyond: no run was cut off at `depth`, and no limit met. */
  readonly whole: boolean;
  /** Why it is unknown. */
  readonly reason?: string;
}

/** After so many states made, progress is told and memory looked at. */
const tellingInterval = 1 << 15;

/**
 * Explores a transition system breadth first, so that the first violation found is one of the shortest ways
 * to any. Of a state that was seen only its fingerprint, its parent and the action between are kept; a
 * counterexample is made again by taking the actions once more. The same system gives the same result, unless
 * memory gives out.
 */
export function explore<State, Action>(
  system: TransitionSystem<State, Action>,
  options: ExploreOptions = {},
): Explored<State, Action> {
  const depthLimit = options.depth ?? Infinity;
  const stateLimit = Math.min(options.states ?? Infinity, noState - 1);
  const bytesLimit = options.bytes ?? getHeapStatistics().heap_size_limit * 0.75;
  const visited = new VisitedSet();
  const edges = options.liveness === true || system.endless !== undefined ? new Reachability() : undefined;
  const sleep = sleepSetsFor(system, options);
  const words = new Uint32Array(2);
  let generated = 0;
  let nextTelling = tellingInterval;
  let depth = 0;
  /** The states of one depth, which have their numbers one after the other from `first` on. */
  let level: State[] = [];
  let deeper: State[] = [];
  let first = 0;
  let expanded = 0;
  /** The state that is being expanded, or was last. */
  let begun = 0;
  let cut = false;

  const progress = (): Progress => ({
    distinct: visited.size,
    generated,
    depth,
    frontier: visited.size - expanded,
  });
  const violated = (state: number, violation: Violation): Explored<State, Action> => ({
    ...progress(),
    valid: false,
    whole: false,
    counterexample: { ...runAlong(system, visited.pathTo(state)), violation },
  });
  const unknown = (reason: string): Explored<State, Action> => ({
    ...progress(),
    valid: "unknown",
    whole: false,
    reason,
  });

  for (const [position, state] of system.initial().entries()) {
    generated++;
    system.fingerprint(state, words);
    const number = visited.add(words[0]!, words[1]!, noState, position);
    if (number === noState) continue;
    const violation = system.violation(state);
    if (violation !== undefined) return violated(number, violation);
    if (system.good?.(state) === true) edges?.good(number);
    level.push(state);
  }

  /** Takes steps from a state: all, or only those that were awakened. */
  const expand = (
    state: State,
    number: number,
    awakened?: readonly Action[],
  ): Explored<State, Action> | undefined => {
    const actions = system.actions(state);
    const asleep = sleep?.asleepIn(number) ?? [];
    const taken: Action[] = [];
    for (let position = 0; position < actions.length; position++) {
      const action = actions[position] as Action;
      if (sleep !== undefined) {
        if (awakened === undefined ? sleep.has(asleep, action) : !sleep.has(awakened, action)) continue;
      }
      const next = system.next(state, action);
      generated++;
      system.fingerprint(next, words);
      const found = visited.add(words[0]!, words[1]!, number, position);
      const sleeping = sleep?.after(state, action, asleep, taken);
      taken.push(action);
      if (found === noState) {
        if (edges === undefined && sleep === undefined) continue;
        const known = visited.find(words[0]!, words[1]!);
        edges?.to(known);
        sleep?.again(next, known, sleeping!, known <= begun);
        continue;
      }
      edges?.to(found);
      sleep?.first(found, sleeping!);
      deeper.push(next);
      if (edges !== undefined && system.good?.(next) === true) edges.good(found);
      const violation = system.violation(next);
      if (violation === undefined && visited.size < stateLimit) continue;
      depth++;
      if (violation !== undefined) return violated(found, violation);
      return unknown(`the limit of ${stateLimit} states was met`);
    }
    if (generated < nextTelling) return undefined;
    nextTelling = generated + tellingInterval;
    options.onProgress?.(progress());
    const held = process.memoryUsage().heapUsed + visited.bytes + (edges?.bytes ?? 0);
    return held > bytesLimit ? unknown(`the limit of ${megabytes(bytesLimit)} of memory was met`) : undefined;
  };

  for (; level.length > 0; depth++) {
    // A state is let go as soon as it has been expanded.
    for (let i = 0; i < level.length; i++) {
      const state = level[i] as State;
      level[i] = undefined as State;
      begun = first + i;
      edges?.from(begun);
      if (depth >= depthLimit) {
        if (system.actions(state).length > 0) {
          cut = true;
          // What would follow may be good.
          edges?.good(begun);
        } else expanded++;
        continue;
      }
      const stopped = expand(state, begun);
      if (stopped !== undefined) return stopped;
      expanded++;
    }
    for (let awakened = sleep?.awakened() ?? []; awakened.length > 0; awakened = sleep!.awakened()) {
      for (const { state, number, actions } of awakened) {
        const stopped = expand(state, number, actions);
        if (stopped !== undefined) return stopped;
      }
    }
    if (deeper.length === 0) break;
    first += level.length;
    level = deeper;
    deeper = [];
  }

  if (options.liveness === true) {
    const state = edges!.firstHopeless();
    if (state !== undefined) return violated(state, noGoodState);
  }
  const cycle = system.endless === undefined ? undefined : edges!.firstCycle();
  if (cycle !== undefined) {
    const run = runAlong(system, visited.pathTo(cycle[0]!));
    const counterexample = { ...goneRound(system, visited, run, cycle), violation: system.endless! };
    return { ...progress(), valid: false, whole: false, counterexample };
  }
  return { ...progress(), valid: true, whole: !cut };
}

/** The sleep sets, if they are asked for and the system knows of any order that does not matter. */
function sleepSetsFor<State, Action>(
  { order, endless }: TransitionSystem<State, Action>,
  { partialOrder, liveness }: ExploreOptions,
): SleepSets<State, Action> | undefined {
  if (partialOrder !== true) return undefined;
  if (liveness === true) {
    throw new UsageError("Liveness needs every step: it goes without the partial-order reduction.");
  }
  return order === undefined || endless !== undefined ? undefined : new SleepSets(order);
}

/** What is wrong with a state from which no good one can be reached. */
export const noGoodState: Violation = {
  property: "liveness",
  nodes: [],
  explanation: "From here no run leads to a state in which what must come about has come about.",
};

/** The run by the positions of its initial state and of its actions. */
function runAlong<State, Action>(
  system: TransitionSystem<State, Action>,
  path: readonly number[],
): Run<State, Action> {
  const [begin = 0, ...positions] = path;
  let state = system.initial()[begin] as State;
  const states: State[] = [state];
  const actions: Action[] = [];
  for (const position of positions) {
    const action = system.actions(state)[position] as Action;
    state = system.next(state, action);
    actions.push(action);
    states.push(state);
  }
  return { states, actions };
}

/** A run to the first state of a way round, taken on until it is there again. */
function goneRound<State, Action>(
  system: TransitionSystem<State, Action>,
  visited: VisitedSet,
  run: Run<State, Action>,
  cycle: readonly number[],
): Run<State, Action> {
  const states = [...run.states];
  const actions = [...run.actions];
  const words = new Uint32Array(2);
  for (const target of [...cycle.slice(1), cycle[0]!]) {
    const state = states.at(-1) as State;
    const leads = (action: Action): boolean => {
      system.fingerprint(system.next(state, action), words);
      return visited.find(words[0]!, words[1]!) === target;
    };
    const action = system.actions(state).find(leads) as Action;
    actions.push(action);
    states.push(system.next(state, action));
  }
  return { states, actions };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
