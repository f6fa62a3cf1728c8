import { checkDelay, type Delay } from "./delay.ts";

/**
 * What the network promises (Dwork, Lynch & Stockmeyer 1988). It keeps its promise as long as no fault is put
 * on its links; whether it was kept in a run, `brokenAssumptions` tells.
 */
export type Timing =
  /** Every message arrives within the bound. */
  | "synchronous"
  /** From an unknown moment on, the global stabilization time (GST), every message arrives within the bound. */
  | "partially-synchronous"
  /** Messages take any time. */
  | "asynchronous";

export interface NetworkSettings {
  readonly timing: Timing;
  /**
   * Δ in microseconds: the longest delay, always if synchronous, else once the network has stabilized: messages
   * sent before arrive within Δ from then.
   */
  readonly bound: number;
  /** When the network stabilizes by itself, in microseconds; absent: when the run says so. */
  readonly stabilization?: number;
  /**
   * Whether a link may reorder, lose and duplicate, as datagrams; or is a channel as TCP is one, in order: what
   * is lost on the way comes later, and a cut stalls it.
   */
  readonly channels: "any" | "fifo";
  readonly delay: Delay;
  /** Of a thousand messages, so many take a long time, and are overtaken. Not if synchronous. */
  readonly stragglers: { readonly permille: number; readonly delay: Delay };
  /** Of a thousand messages between nodes, so many are lost, and delivered twice. Not if synchronous. */
  readonly loss: number;
  readonly duplication: number;
  /** The links between clients and nodes, which duplicate nothing. */
  readonly clients: { readonly delay: Delay; readonly loss: number };
}

export interface StorageSettings {
  /** How long a sync takes. */
  readonly sync: Delay;
  /** Of a thousand values persisted, so many get to stable storage soon although nobody asked for it. */
  readonly backgroundSync: number;
}

export interface ClockSettings {
  /** Nodes' clocks are off by up to so many milliseconds from the start on, either way. */
  readonly offset: number;
  /** And run fast or slow by up to so many parts per million. */
  readonly drift: number;
}

/** A world, apart from what runs in it and what strikes it. Plain data: a replay file holds it whole. */
export interface WorldSettings {
  readonly network: NetworkSettings;
  readonly storage: StorageSettings;
  readonly clocks: ClockSettings;
  /** How long a node is at work on one event. */
  readonly handling: Delay;
  /** Nodes start within so many microseconds of one another. */
  readonly startWithin: number;
  /**
   * If not 0, messages arrive and timers fire at whole multiples of so many microseconds only, a little later than
   * otherwise, unless a message would break the bound; so many come at once, and chance orders those. If 0, few
   * do, and come in the order in which they were sent or set.
   */
  readonly ties: number;
}

/** Settings of which any may be left out. */
export interface PartialSettings {
  readonly network?: Partial<NetworkSettings>;
  readonly storage?: Partial<StorageSettings>;
  readonly clocks?: Partial<ClockSettings>;
  readonly handling?: Delay;
  readonly startWithin?: number;
  readonly ties?: number;
}

/** A local network without faults of its own: a few milliseconds a message, and a disk that takes about one. */
export const usualSettings: WorldSettings = {
  network: {
    timing: "asynchronous",
    bound: 20_000,
    channels: "any",
    delay: { kind: "uniform", from: 500, to: 8_000 },
    stragglers: { permille: 0, delay: { kind: "uniform", from: 10_000, to: 400_000 } },
    loss: 0,
    duplication: 0,
    clients: { delay: { kind: "uniform", from: 100, to: 1_000 }, loss: 0 },
  },
  storage: { sync: { kind: "uniform", from: 200, to: 3_000 }, backgroundSync: 0 },
  clocks: { offset: 0, drift: 0 },
  handling: { kind: "constant", microseconds: 0 },
  startWithin: 0,
  ties: 0,
};

/** Settings with the usual ones for what is left out; throws at those that mean nothing. */
export function worldSettings(given: PartialSettings = {}): WorldSettings {
  const settings: WorldSettings = {
    network: { ...usualSettings.network, ...given.network },
    storage: { ...usualSettings.storage, ...given.storage },
    clocks: { ...usualSettings.clocks, ...given.clocks },
    handling: given.handling ?? usualSettings.handling,
    startWithin: given.startWithin ?? usualSettings.startWithin,
    ties: given.ties ?? usualSettings.ties,
  };
  const { network, storage, clocks, handling } = settings;
  checkDelay(network.delay, "network.delay");
  checkDelay(network.stragglers.delay, "network.stragglers.delay");
  checkDelay(network.clients.delay, "network.clients.delay");
  checkDelay(storage.sync, "storage.sync");
  checkDelay(handling, "handling");
  checkWhole(network.bound, 2 ** 32 - 1, "network.bound");
  checkWhole(network.stabilization ?? 0, Number.MAX_SAFE_INTEGER, "network.stabilization");
  checkWhole(network.clients.loss, 1000, "network.clients.loss");
  checkWhole(storage.backgroundSync, 1000, "storage.backgroundSync");
  checkWhole(clocks.offset, 2 ** 31 - 1, "clocks.offset");
  checkWhole(clocks.drift, 1e6 - 1, "clocks.drift");
  checkWhole(settings.startWithin, 2 ** 32 - 2, "startWithin");
  checkWhole(settings.ties, 2 ** 32 - 1, "ties");
  const { loss, duplication, stragglers } = network;
  checkWhole(loss, 1000, "network.loss");
  checkWhole(duplication, 1000, "network.duplication");
  checkWhole(stragglers.permille, 1000, "network.stragglers.permille");
  checkWhole(
    loss + duplication + stragglers.permille,
    1000,
    "network.loss, duplication and stragglers together",
  );
  return settings;
}

function checkWhole(value: number, most: number, what: string): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= most) return;
  throw new RangeError(`${what}: expected a whole number of 0..${most}, found ${value}`);
}
