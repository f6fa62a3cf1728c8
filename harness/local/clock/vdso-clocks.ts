import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { FaultJournal } from "../../journal.ts";
import { findProcess, processTree } from "../process-table.ts";
import type { NodeClocks } from "./node-clocks.ts";
import { hasProcessClock, resetProcessClock, setProcessClock } from "./process-clock.ts";
import { isRight, noSkew, type Skew } from "./skew.ts";

/** A node that has just started may go on to another program, which begins with a right clock: looked at so often, in milliseconds… */
const soon = 15;
/** …for so long. */
const starting = 1_500;
/** How often all processes of nodes with wrong clocks are looked at: they may have started others. */
const often = 250;
/** How many looks it may take until no process is found that was just forked by one whose clock was not yet set. */
const looks = 8;

/** The wall clocks of nodes, set in their running processes. Nothing is done to a node whose clock is to be right. */
export class VdsoClocks implements NodeClocks {
  readonly tolerance = 5;
  readonly #journal: FaultJournal;
  /** The process of a node, from which the others come. */
  readonly #leader: (node: NodeId) => number | undefined;
  readonly #skews = new Map<NodeId, Skew>();
  readonly #entries = new Map<NodeId, { readonly entry: number; readonly pid: number }>();
  readonly #starting = new Map<NodeId, number>();
  readonly #watch: NodeJS.Timeout;
  #soon: NodeJS.Timeout | undefined;

  constructor(journal: FaultJournal, leader: (node: NodeId) => number | undefined) {
    this.#journal = journal;
    this.#leader = leader;
    this.#watch = setInterval(() => {
      for (const node of this.#skews.keys()) this.#keep(node);
    }, often).unref();
  }

  environment(): Record<string, string> {
    return {};
  }

  started(node: NodeId): void {
    if (!this.#skews.has(node)) return;
    this.#keep(node);
    this.#starting.set(node, performance.now() + starting);
    this.#soon ??= setInterval(() => this.#keepStarting(), soon).unref();
  }

  set(node: NodeId, skew: Skew): void {
    this.#skews.set(node, skew);
    this.#apply(node);
  }

  skewOf(node: NodeId): Skew {
    return this.#skews.get(node) ?? noSkew;
  }

  settled(node: NodeId): void {
    this.#skews.delete(node);
    this.#strike(node);
  }

  close(): void {
    clearInterval(this.#watch);
    clearInterval(this.#soon);
    for (const node of this.#entries.keys()) this.#strike(node);
  }

  #strike(node: NodeId): void {
    const known = this.#entries.get(node);
    if (known !== undefined) this.#journal.strike(known.entry);
    this.#entries.delete(node);
  }

  /** Sets the clocks of all processes of a node that are not set yet. */
  #apply(node: NodeId): void {
    const pid = this.#leader(node);
    if (pid === undefined) return;
    this.#enter(node, pid);
    const skew = this.skewOf(node);
    for (let look = 0; look < looks; look++) {
      const unset = processTree(pid).filter((each) => !hasProcessClock(each.pid, skew));
      if (unset.length === 0) return;
      for (const each of unset) {
        if (isRight(skew)) resetProcessClock(each.pid);
        else setProcessClock(each.pid, skew);
      }
      // One that was never set need not be; those forked meanwhile come from one that is right again.
      if (isRight(skew) && look > 0) return;
    }
  }

  /** What cannot be done now, such as to a process that takes long to stop, may be done at the next look; verifying tells if it never is. */
  #keep(node: NodeId): void {
    try {
      this.#apply(node);
    } catch {
      // Looked at again soon.
    }
  }

  #keepStarting(): void {
    const now = performance.now();
    for (const [node, until] of this.#starting) {
      this.#keep(node);
      if (now > until) this.#starting.delete(node);
    }
    if (this.#starting.size > 0) return;
    clearInterval(this.#soon);
    this.#soon = undefined;
  }

  #enter(node: NodeId, pid: number): void {
    if (this.#entries.get(node)?.pid === pid) return;
    this.#strike(node);
    const started = findProcess(pid)?.started ?? "";
    this.#entries.set(node, { pid, entry: this.#journal.enter({ kind: "vdso-clock", node, pid, started }) });
  }
}
