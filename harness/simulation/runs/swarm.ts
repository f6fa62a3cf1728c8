import type { BundledProtocol } from "../../../systems/contracts/protocol.ts";
import { seededRandom, type Random } from "../../../workloads/random.ts";
import type { WorldSettings } from "../world/settings.ts";
import { worldSettings } from "../world/settings.ts";
import type { Delay } from "../world/delay.ts";
import type { RunConfiguration, Timetable } from "./configuration.ts";
import type { SimulationPlan } from "./simulation-plan.ts";

/**
 * Draws what a seed's run is like (swarm testing: Groce et al., ISSTA 2012): which of the faults are on, for what is on
 * always hides what shows only without it; what clients do, how many nodes, how fast clients and network are, how often faults strike.
 * What the plan fixes is not drawn.
 */
export function drawConfiguration(
  plan: SimulationPlan,
  seed: string,
): { readonly configuration: RunConfiguration; readonly timetable: Timetable } {
  const { protocol, options } = plan;
  const random = seededRandom(seed).split("swarm");
  const { workload, settings } = random.split("workload").pick(plan.workloads);
  const kinds = drawFaults(plan, random.split("faults"));
  const nodes = options.nodes ?? random.pick(sizes(protocol));
  const concurrency = options.concurrency ?? Math.max(2, nodes * random.pick([1, 2]));
  const world = drawWorld(protocol, new Set(kinds), random.split("world"));
  const storm = drawStorm(plan, world, random.split("storm"));
  const seconds = options.seconds ?? storm?.seconds ?? random.pick([2, 4, 8]);
  const rate = options.rate ?? storm?.rate ?? random.pick([20, 50, 100]);
  return {
    configuration: {
      protocol: protocol.name,
      ...(options.mutant === undefined ? {} : { mutant: options.mutant }),
      workload: workload.name,
      settings,
      nodes,
      concurrency,
      rate,
      world: worldSettings({
        ...world,
        network: { ...world.network, ...storm?.network },
      }),
      faults: kinds,
      liveness: options.liveness,
      events: options.events ?? nodes * (60_000 + 6_000 * Math.ceil(seconds)),
    },
    timetable: {
      seed,
      seconds,
      interval: options.interval ?? storm?.interval ?? seconds / random.pick([4, 8, 16]),
    },
  };
}

/** What a storm is like: how long it lasts, in seconds, how often faults strike, how little clients ask, and the network. */
interface Storm {
  readonly seconds: number;
  readonly interval: number;
  readonly rate: number;
  readonly network: Partial<WorldSettings["network"]>;
}

/**
 * In half of the runs under all faults they come thick and fast, and the network may be nearly as slow as timeouts are
 * short, until it is healed: leaders change again and again, and what an earlier one said arrives when a later one leads.
 * Who waits for no bound is as safe then as ever.
 */
function drawStorm(
  { options, protocol: { model } }: SimulationPlan,
  { network }: Pick<WorldSettings, "network">,
  random: Random,
): Storm | undefined {
  const isWhole = options.faults === undefined || options.faults.includes("all");
  if (!isWhole || model.timing === "synchronous" || random.int(2) === 0) return undefined;
  const stragglers = { ...network.stragglers, delay: lateDelay };
  return {
    seconds: 16,
    interval: random.pick([0.25, 0.5]),
    rate: 10,
    network: {
      delay: random.pick([network.delay, network.delay, slowDelay, slowestDelay]),
      // A channel in order would stall.
      ...(model.channels === "fifo" ? {} : { stragglers }),
    },
  };
}

/** All of them in a quarter of the runs, else each as a coin falls. */
function drawFaults({ faults, options }: SimulationPlan, random: Random): string[] {
  const kinds = faults.map(({ kind }) => kind);
  const named = options.faults !== undefined && !options.faults.includes("all");
  if (random.int(named ? 2 : 4) === 0) return kinds;
  const drawn = kinds.filter(() => random.int(2) === 0);
  return drawn.length === 0 && named ? kinds : drawn;
}

/** Sizes up to the usual one with which some node may fail. */
function sizes({ nodeCounts, model }: BundledProtocol): number[] {
  const { minimum, default: usual } = nodeCounts;
  const all = Array.from({ length: Math.max(1, usual - minimum + 1) }, (_, i) => minimum + i);
  const useful = all.filter((count) => model.tolerated(count) > 0);
  return useful.length === 0 ? [usual] : useful;
}

const localDelay: Delay = { kind: "uniform", from: 100, to: 2_000 };
const usualDelay: Delay = { kind: "uniform", from: 500, to: 8_000 };
const delays: readonly Delay[] = [
  localDelay,
  usualDelay,
  { kind: "exponential", from: 200, mean: 3_000 },
  { kind: "uniform", from: 1_000, to: 20_000 },
];
const slowDelay: Delay = { kind: "uniform", from: 1_000, to: 50_000 };
const slowestDelay: Delay = { kind: "uniform", from: 1_000, to: 150_000 };
const lateDelay: Delay = { kind: "uniform", from: 10_000, to: 2_000_000 };
const syncs: readonly Delay[] = [
  { kind: "uniform", from: 200, to: 3_000 },
  { kind: "constant", microseconds: 0 },
  { kind: "uniform", from: 1_000, to: 20_000 },
];

function drawWorld({ model }: BundledProtocol, on: ReadonlySet<string>, random: Random): WorldSettings {
  const synchronous = model.timing === "synchronous";
  const delay = random.pick(synchronous ? [localDelay, usualDelay] : delays);
  const loss = random.pick([10, 50, 150, 300]);
  const clientLoss = random.pick([0, 0, 20]);
  const duplication = random.pick([10, 50, 200]);
  const stragglers = random.pick([10, 50, 200]);
  const straggling = random.pick([50_000, 400_000]);
  const sync = random.pick(syncs);
  const backgroundSync = random.pick([0, 0, 200]);
  const offset = random.pick([0, 50, 5_000]);
  const drift = random.pick([0, 100, 10_000]);
  const handling = random.pick([0, 0, 300]);
  const startWithin = random.pick([0, 0, 200_000]);
  const usual = worldSettings().network;
  const { clockBound } = model;
  return {
    network: {
      ...usual,
      timing: synchronous ? "synchronous" : "asynchronous",
      channels: model.channels,
      delay,
      loss: on.has("loss") ? loss : 0,
      duplication: on.has("duplication") ? duplication : 0,
      stragglers: {
        permille: on.has("reorder") ? stragglers : 0,
        delay: { kind: "uniform", from: 10_000, to: straggling },
      },
      clients: { ...usual.clients, loss: on.has("loss") ? clientLoss : 0 },
    },
    storage: { sync, backgroundSync },
    clocks: !on.has("clock")
      ? { offset: 0, drift: 0 }
      : clockBound === undefined
        ? { offset, drift }
        : { offset: Math.floor(clockBound), drift: 0 },
    handling:
      handling === 0 || synchronous
        ? { kind: "constant", microseconds: 0 }
        : { kind: "uniform", from: 0, to: handling },
    startWithin: synchronous ? 0 : startWithin,
    ties: random.split("ties").pick([0, 0, 0, 1_000, 5_000]),
  };
}
