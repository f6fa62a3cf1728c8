import type { ClockOffset } from "../histories/store/clock-offsets.ts";
import type { NodeId } from "../systems/contracts/protocol.ts";
import type { Clock } from "./scheduler/index.ts";

/** How often clocks are looked at, and how long an answer may take, in milliseconds. */
const interval = 250;
const patience = 200;

/** Whose clocks are looked at. */
export interface ReadableClocks {
  readonly nodes: readonly NodeId[];
  alive(node: NodeId): boolean;
  paused(node: NodeId): boolean;
  /** What the wall clock of a node shows, in milliseconds since 1970; undefined if it does not say in time. */
  readClock(node: NodeId, patience: number): Promise<number | undefined>;
}

/**
 * Looks at the clocks of all nodes now and then, and tells how far each was off at least: it was read at some moment between question and
 * answer, so that a right clock on a busy machine does not seem to be wrong.
 */
export class ClockSampler {
  readonly #world: ReadableClocks;
  readonly #clock: Clock;
  readonly #record: (offsets: readonly ClockOffset[]) => void;
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | undefined;

  constructor(world: ReadableClocks, clock: Clock, record: (offsets: readonly ClockOffset[]) => void) {
    this.#world = world;
    this.#clock = clock;
    this.#record = record;
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    }, interval);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const time = this.#clock.now();
    const { nodes } = this.#world;
    const offsets = await Promise.all(nodes.map((node) => this.#offset(node)));
    this.#record(nodes.map((node, i) => ({ time, node, offset: offsets[i] ?? null })));
  }

  async #offset(node: NodeId): Promise<number | undefined> {
    if (!this.#world.alive(node) || this.#world.paused(node)) return undefined;
    const asked = Date.now();
    try {
      const shown = await this.#world.readClock(node, patience);
      if (shown === undefined) return undefined;
      const [least, most] = [shown - Date.now(), shown - asked];
      return least > 0 ? least : Math.min(most, 0);
    } catch {
      return undefined;
    }
  }
}
