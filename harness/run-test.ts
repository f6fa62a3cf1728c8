import { join } from "node:path";

import { RunError, UsageError } from "../histories/errors.ts";
import { isJsonObject, type Json } from "../histories/json.ts";
import { Info, nemesis, operationTypes, type OperationDraft } from "../histories/operation.ts";
import { nodesFolder } from "../histories/store/layout.ts";
import { tellWhileRunning, type WhileRunning } from "../histories/store/results.ts";
import { createRun, type RunWriter } from "../histories/store/run-writer.ts";
import type { Completion } from "../systems/contracts/client.ts";
import type { Cluster } from "../systems/contracts/system.ts";
import {
  clients,
  interrupted,
  nemesis as onNemesis,
  phases,
  sequence,
  sleep,
  synchronize,
} from "../workloads/index.ts";
import { ClientPool } from "./client-pool.ts";
import { ClockSampler } from "./clock-sampler.ts";
import { heal, type HealReport } from "./heal.ts";
import { joinNodes } from "./join-nodes.ts";
import { FaultJournal, journalDirectory } from "./journal.ts";
import { needsOwnDisk } from "./local/disk/needs.ts";
import { neededControllers } from "./local/resources/needs.ts";
import { LocalWorld } from "./local/local-world.ts";
import { findProcess } from "./local/process-table.ts";
import { faultSchedule, finalHealing, isNothingToHit, Nemesis, recovery } from "./nemesis/nemesis.ts";
import { interpret, monotonicClock, Scheduler, type Clock } from "./scheduler/index.ts";
import type { TestPlan } from "./test-plan.ts";
import { Watch } from "./watch.ts";

/** Where a run stands. */
export interface TestProgress {
  readonly phase: "healing leftovers" | "starting" | "running" | "ending";
  /** Seconds since the workload began. */
  readonly seconds: number;
  /** Operations that clients completed. */
  readonly operations: number;
  /** Operations a second, over the last second or so. */
  readonly rate: number;
  /** Faults in force. */
  readonly faults: readonly string[];
}

export interface TestHooks {
  readonly progress?: (progress: TestProgress) => void;
  /** What the user should know at once: leftovers that were healed, faults that were not applied. */
  readonly note?: (text: string) => void;
  /** Ends the run early, with everything healed and what was recorded kept. */
  readonly signal?: AbortSignal;
}

export interface TestRun {
  /** The folder of the run. */
  readonly folder: string;
  readonly interrupted: boolean;
  /** What was found while it went on, where the plan asked. */
  readonly whileRunning?: WhileRunning;
}

/** How long after an interruption open operations, faults among them, may take to end, in nanoseconds. */
const grace = 10e9;
/** Quiet after the final healing, in which the system finds itself again before the last operations. */
const calm = 0.5e9;
/** From how many seconds on it is noted that a node was waited for after the final healing. */
const longWait = 5;
/** How long clients act after that, to see whether the system serves again; without faults there is nothing to see. */
const afterwards = 1e9;

/**
 * Runs a test on real processes: starts the system, drives workload and faults, heals everything, and
 * leaves a run in the store. Whatever happens, nothing of it stays behind on the machine.
 */
export async function runTest(plan: TestPlan, store: string, hooks: TestHooks = {}): Promise<TestRun> {
  const journals = journalDirectory(store);
  hooks.progress?.({ phase: "healing leftovers", seconds: 0, operations: 0, rate: 0, faults: [] });
  for (const report of await heal(journals)) noteLeftovers(report, hooks);
  const { run, journal } = await openStore(store, journals, plan);
  let whileRunning: WhileRunning | undefined;
  try {
    whileRunning = await inWorld(plan, run, journal, hooks);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    throw new RunError(error.code, `${error.message}\nWhat was recorded is kept in ${run.folder}.`, {
      cause: error,
    });
  } finally {
    run.close();
    journal.close();
  }
  return {
    folder: run.folder,
    interrupted: hooks.signal?.aborted === true,
    ...(whileRunning === undefined ? {} : { whileRunning }),
  };
}

async function openStore(
  store: string,
  journals: string,
  plan: TestPlan,
): Promise<{ run: RunWriter; journal: FaultJournal }> {
  try {
    const run = await createRun(store, plan.description);
    const started = findProcess(process.pid)?.started ?? "";
    return { run, journal: new FaultJournal(journals, { pid: process.pid, started, run: run.folder }) };
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new UsageError(
      `Runs cannot be kept in ${store}: ${error.message}. Choose a folder with --store.`,
      "E_STORE",
    );
  }
}

function noteLeftovers({ run, running, healed, failed }: HealReport, { note }: TestHooks): void {
  if (running || healed.length + failed.length === 0) return;
  note?.(
    `healed ${healed.length} leftovers of ${run}${failed.length === 0 ? "" : `, ${failed.length} could not be healed`}`,
  );
}

async function inWorld(
  plan: TestPlan,
  run: RunWriter,
  journal: FaultJournal,
  hooks: TestHooks,
): Promise<WhileRunning | undefined> {
  const { description } = plan;
  const directory = join(run.folder, nodesFolder);
  const endedByItself = (node: string, how: string): void =>
    hooks.note?.(`node ${node} ended by itself: ${how}; its log may say why`);
  const joined = await joinNodes(plan, { directory, journal, endedByItself });
  const { withoutLibfaketime } = plan.system;
  const world = await LocalWorld.open({
    nodes: description.nodes,
    seed: description.seed,
    directory,
    ...joined,
    journal,
    skewClocks: description.faults.includes("clock"),
    ...(withoutLibfaketime === undefined ? {} : { withoutLibfaketime }),
    ownDisks: description.faults.some(needsOwnDisk),
    endedByItself,
    limited: neededControllers(description.faults),
  });
  try {
    hooks.progress?.({ phase: "starting", seconds: 0, operations: 0, rate: 0, faults: [] });
    const { mutant, workload } = description;
    const cluster = await world.start(plan.system, {
      workload,
      settings: plan.systemSettings,
      ...(mutant === undefined ? {} : { mutant }),
    });
    await tellVersion(plan, run, cluster);
    return await drive(plan, run, world, cluster, hooks);
  } finally {
    await world.close();
  }
}

/** Writes down which server the nodes run; one that does not say is tested nevertheless. */
async function tellVersion({ description }: TestPlan, run: RunWriter, cluster: Cluster): Promise<void> {
  let server: string | undefined;
  try {
    server = await cluster.version?.();
  } catch {
    return;
  }
  if (server === undefined) return;
  await run.describe({ ...description, versions: { ...description.versions, server } });
}

/** The run itself: workload and faults side by side, the final healing, and a little work after it. */
async function drive(
  plan: TestPlan,
  run: RunWriter,
  world: LocalWorld,
  cluster: Cluster,
  hooks: TestHooks,
): Promise<WhileRunning | undefined> {
  const { description, workload, packages } = plan;
  const { concurrency, rate, nodes, seconds, seed } = description;
  const options = { ...plan.settings, concurrency, ...(rate === undefined ? {} : { rate }) };
  const { clockBound } = plan.system;
  const limits = clockBound === undefined ? {} : { clockBound };
  const pool = new ClientPool(cluster, nodes);
  const doer = new Nemesis(world, packages);
  const healing = onNemesis(finalHealing(packages));
  const scheduler = new Scheduler({
    generator: phases(
      interrupted(clients(workload.generator(options)), {
        before: seconds * 1e9,
        beside: onNemesis(faultSchedule(packages, nodes, plan.intervalSeconds * 1e9, limits)),
        // In sequence, so that healing does not wait for clients that the faults hold up.
        interlude: sequence(
          healing,
          ...(packages.length === 0 ? [] : [onNemesis(recovery), synchronize(sleep(calm))]),
        ),
        after: packages.length === 0 ? 0 : afterwards,
      }),
      ...(workload.finalGenerator === undefined ? [] : [clients(workload.finalGenerator(options))]),
    ),
    concurrency,
    seed,
  });
  // Faults that cannot be applied any more end the run, as an interruption does.
  const failure = new AbortController();
  // So does a violation, when it was asked.
  const enough = new AbortController();
  const ends = [failure.signal, enough.signal];
  const signal = AbortSignal.any(hooks.signal === undefined ? ends : [hooks.signal, ...ends]);
  const perform = async (f: string, value: Json): Promise<Completion> => {
    try {
      return await doer.perform(f, value);
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  };
  const clock = monotonicClock();
  const watch = watchOf(plan, clock, hooks, enough);
  const meter = new Meter();
  let index = 0;
  const clocks = description.faults.includes("clock")
    ? new ClockSampler(world, clock, (offsets) => run.recordClocks(offsets))
    : undefined;
  const tick = setInterval(() => {
    const now = clock.now() / 1e9;
    hooks.progress?.({
      phase: now < seconds && !signal.aborted ? "running" : "ending",
      seconds: now,
      operations: meter.operations,
      rate: meter.rate(now),
      faults: doer.active,
    });
  }, 200);
  try {
    await interpret(
      scheduler,
      {
        clock,
        invoke: ({ thread, process: id, f, key, value }) =>
          thread === nemesis
            ? perform(f, value)
            : pool.invoke(thread, { process: id, f, ...(key === undefined ? {} : { key }), value }),
        node: (thread) => (thread === nemesis ? undefined : pool.node(thread)),
        record(event) {
          if (event.process !== nemesis && event.type !== "invoke") meter.operations++;
          if (event.process === nemesis) noteFault(event, hooks);
          const operation = { index: index++, ...asFault(event) };
          run.record(operation);
          watch?.record(operation);
        },
        log: (message) => hooks.note?.(message),
      },
      { signal, finalPlan: healing, grace },
    );
    failure.signal.throwIfAborted();
    const found = watch?.finish();
    await verifyHealed(world, hooks);
    const stopped = enough.signal.aborted;
    return found?.violation === undefined ? found : { ...found, violation: { ...found.violation, stopped } };
  } finally {
    clearInterval(tick);
    await clocks?.close();
    await pool.close();
  }
}

/** The judge that goes along with a run, where the plan asks for one: tells of a violation, and ends the run. */
function watchOf(
  { whileRunning, description }: TestPlan,
  clock: Clock,
  { note }: TestHooks,
  enough: AbortController,
): Watch | undefined {
  if (whileRunning === undefined) return undefined;
  return new Watch({
    checks: description.checks,
    now: () => clock.now(),
    found(violation, detected) {
      const stopping = whileRunning === "stop" ? "; healing, and ending the run" : "";
      note?.(`${tellWhileRunning({ ...violation, detected })}${stopping}`);
      if (whileRunning === "stop") enough.abort();
    },
  });
}

/** Faults that were not applied, and what it took for the system to come back. */
function noteFault({ f, type, value, error }: OperationDraft, { note }: TestHooks): void {
  if (f !== recovery.f) {
    if (error !== undefined && !isNothingToHit(error)) note?.(`fault ${f} failed: ${JSON.stringify(error)}`);
    return;
  }
  if (error !== undefined) note?.(`after the final healing: ${JSON.stringify(error)}`);
  if (type === "invoke" || !isJsonObject(value)) return;
  const { operator, waited = {} } = value;
  if (typeof operator === "string") note?.(`it took an operator: ${operator}`);
  const late = Object.entries(isJsonObject(waited) ? waited : {}).flatMap(([node, seconds]) =>
    typeof seconds === "number" && seconds >= longWait ? [`${node} ${seconds} s`] : [],
  );
  if (late.length > 0) note?.(`waited for nodes once all was healed: ${late.join(", ")}`);
}

/** A system that does not come back is worth knowing, and no reason to throw away what was recorded. */
async function verifyHealed(world: LocalWorld, { note }: TestHooks): Promise<void> {
  try {
    await world.verifyHealed();
  } catch (error) {
    note?.(`after the final healing: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Fault operations are `info` at both ends: they are no part of what the system promised. */
function asFault(event: OperationDraft): OperationDraft {
  return event.process === nemesis ? { ...event, type: operationTypes[Info] } : event;
}

/** Counts operations, and tells their rate since about a second ago. */
class Meter {
  operations = 0;
  readonly #samples: { readonly seconds: number; readonly operations: number }[] = [];

  rate(seconds: number): number {
    this.#samples.push({ seconds, operations: this.operations });
    if (this.#samples.length > 6) this.#samples.shift();
    const [oldest] = this.#samples;
    const elapsed = seconds - (oldest?.seconds ?? seconds);
    return elapsed <= 0 ? 0 : (this.operations - (oldest?.operations ?? 0)) / elapsed;
  }
}
