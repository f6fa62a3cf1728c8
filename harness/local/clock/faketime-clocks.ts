import { join } from "node:path";

import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { FaultJournal } from "../../journal.ts";
import { findProcess } from "../process-table.ts";
import { faketimeEnvironment, removeSharedMemory, writeClockFile } from "./libfaketime.ts";
import type { NodeClocks } from "./node-clocks.ts";
import { noSkew, shownAt, type Skew } from "./skew.ts";

/** The shortest time, in milliseconds, after which a clock swings: each time a file is written. */
const shortestPeriod = 10;

/**
 * The wall clocks of nodes, skewed through libfaketime: each node reads its own control file at every look
 * at the clock. The monotonic clock stays true, since a false one would stall the timers of Node itself.
 *
 * What libfaketime 0.9.10 makes of a control file, measured: the clock is off by the offset plus (rate − 1) ×
 * (time since the process started); a rate left out is the one before; and under FAKETIME_XRESET, once a
 * rate was set, later offsets are ignored. So the rate is always written, and the offset is corrected for
 * the age of the process.
 */
export class FaketimeClocks implements NodeClocks {
  /** A starting process reads its first clock a little late. */
  readonly tolerance = 300;
  readonly #library: string;
  readonly #fileOf: (node: NodeId) => string;
  readonly #journal: FaultJournal;
  readonly #entries = new Map<NodeId, number>();
  readonly #skews = new Map<NodeId, Skew>();
  readonly #swinging = new Map<NodeId, NodeJS.Timeout>();
  /** When the process of each node started, in milliseconds since 1970. */
  readonly #started = new Map<NodeId, number>();
  readonly #leader: (node: NodeId) => number | undefined;
  /** Of the process of each node, whose shared memory is to be removed: its number, and its entry in the journal. */
  readonly #processes = new Map<NodeId, { readonly pid: number; readonly entry: number }>();

  /** Clocks with control files in the folders of the nodes below `directory`; `leader` gives the process of a node. */
  constructor(
    library: string,
    directory: string,
    journal: FaultJournal,
    leader: (node: NodeId) => number | undefined,
  ) {
    this.#library = library;
    this.#leader = leader;
    this.#fileOf = (node) => join(directory, node, "clock");
    this.#journal = journal;
  }

  environment(node: NodeId): Record<string, string> {
    this.#forget(node);
    this.#started.set(node, Date.now());
    this.#write(node);
    return faketimeEnvironment(this.#library, this.#fileOf(node));
  }

  /** It reads its file by itself; what it shares with its children is left behind when it is killed. */
  started(node: NodeId): void {
    const pid = this.#leader(node);
    const started = pid === undefined ? undefined : findProcess(pid)?.started;
    if (pid === undefined || started === undefined) return;
    const entry = this.#journal.enter({ kind: "clock-memory", node, pid, started });
    this.#processes.set(node, { pid, entry });
  }

  set(node: NodeId, skew: Skew): void {
    if (skew.rate === 0)
      throw new Error("libfaketime cannot freeze a clock without freezing the timers of the process");
    if (!this.#entries.has(node)) {
      this.#entries.set(node, this.#journal.enter({ kind: "clock", node, file: this.#fileOf(node) }));
    }
    clearInterval(this.#swinging.get(node));
    this.#skews.set(node, skew);
    this.#write(node);
    if (skew.period === 0) return;
    const period = Math.max(shortestPeriod, skew.period);
    this.#skews.set(node, { ...skew, period });
    this.#swinging.set(node, setInterval(() => this.#write(node), period).unref());
  }

  skewOf(node: NodeId): Skew {
    return this.#skews.get(node) ?? noSkew;
  }

  settled(node: NodeId): void {
    clearInterval(this.#swinging.get(node));
    const entry = this.#entries.get(node);
    if (entry !== undefined) this.#journal.strike(entry);
    this.#entries.delete(node);
  }

  close(): void {
    for (const node of this.#entries.keys()) this.settled(node);
    for (const node of this.#processes.keys()) this.#forget(node);
  }

  /** Removes what the process that a node had, which is gone, may have left behind. */
  #forget(node: NodeId): void {
    const known = this.#processes.get(node);
    if (known === undefined) return;
    removeSharedMemory(known.pid);
    this.#journal.strike(known.entry);
    this.#processes.delete(node);
  }

  #write(node: NodeId): void {
    const now = Date.now();
    const skew = this.skewOf(node);
    const { since, rate, swing, period } = skew;
    const swings = period > 0 && Math.round((now - since) / period) % 2 !== 0;
    const age = now - (this.#started.get(node) ?? now);
    const offset = shownAt(skew, now) - now + (swings ? swing : 0);
    writeClockFile(this.#fileOf(node), offset - (rate - 1) * age, rate);
  }
}
