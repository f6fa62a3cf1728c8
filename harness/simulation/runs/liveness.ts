import type { Json } from "../../../histories/json.ts";
import { nemesis, type Operation } from "../../../histories/operation.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { Verdict } from "../../../checkers/verdict.ts";
import { coreOf, healF, stabilizeF } from "../nemesis.ts";
import { isUpdate } from "./safety-then-liveness.ts";

/**
 * Whether a healed quorum made progress within the bound: an operation that a client asked one of its nodes for since
 * the stabilization, and that was more than a read, was ok. Not whether each node served each client: that
 * some proposer is outdone again and again is no fault of a protocol that promises progress of the whole.
 * Clients must have asked all the time, with no pause above a fifth of the bound, and the run have lasted so long; else
 * there is no evidence.
 */
export function judgeLiveness(
  operations: Iterable<Operation>,
  nodes: readonly NodeId[],
  boundNanoseconds: number,
  endNanoseconds: number,
): Verdict {
  const watch = new ProgressWatch(nodes, boundNanoseconds);
  for (const operation of operations) if (!watch.take(operation)) break;
  return watch.verdict(endNanoseconds);
}

class ProgressWatch {
  readonly #nodes: readonly NodeId[];
  readonly #bound: number;
  #begin = Infinity;
  #core: readonly NodeId[] = [];
  /** Open operations on the quorum, by process. */
  readonly #open = new Map<Json, Operation>();
  /** Indices of invocations. */
  readonly #asked: number[] = [];
  /** Since when nobody asks, while nobody does; and the longest that lasted. */
  #idle = 0;
  #pause = 0;
  /** How long after the stabilization the first operation was ok. */
  #progress: number | undefined;

  constructor(nodes: readonly NodeId[], bound: number) {
    this.#nodes = nodes;
    this.#bound = bound;
  }

  /** Takes the next event; false when no later one matters. */
  take(operation: Operation): boolean {
    const { time, f, type, process, node, index } = operation;
    if (time > this.#begin + this.#bound) return false;
    if (process === nemesis) {
      if (f === stabilizeF) {
        // It begins and ends at once; in the end it is known who was healed.
        this.#begin = this.#idle = time;
        this.#core = coreOf(operation.value, this.#nodes);
      } else if (f === healF && this.#begin !== Infinity) {
        this.#rest(time);
        this.#idle = time;
        return false;
      }
      return true;
    }
    if (this.#begin === Infinity || node === undefined || !this.#core.includes(node)) return true;
    if (type === "invoke") {
      this.#rest(time);
      this.#asked.push(index);
      this.#open.set(process, operation);
    } else if (this.#open.delete(process)) {
      if (this.#open.size === 0) this.#idle = time;
      if (type === "ok" && isUpdate(f)) {
        this.#progress = time - this.#begin;
        return false;
      }
    }
    return true;
  }

  verdict(end: number): Verdict {
    this.#rest(this.#begin + this.#bound);
    const statistics = {
      requests: this.#asked.length,
      ...(this.#progress === undefined ? {} : { milliseconds: Math.round(this.#progress / 1e6) }),
    };
    if (this.#progress !== undefined) return { checker: "liveness", valid: true, anomalies: [], statistics };
    if (end < this.#begin + this.#bound || this.#pause > this.#bound / 5) {
      return { checker: "liveness", valid: "unknown", anomalies: [], reason: "no evidence", statistics };
    }
    const core = list(this.#core);
    const explanation =
      `${core} were healed at ${(this.#begin / 1e9).toFixed(3)} s and could reach one another from then on, ` +
      `but completed no operation other than reads out of ${this.#asked.length} requests within ${this.#bound / 1e9} s.`;
    return {
      checker: "liveness",
      valid: false,
      anomalies: [{ type: "no-progress", operations: this.#asked.slice(0, 20), explanation }],
      statistics,
    };
  }

  /** Takes note of a pause that ends at `time`. */
  #rest(time: number): void {
    if (this.#open.size === 0) this.#pause = Math.max(this.#pause, time - this.#idle);
  }
}

function list(nodes: readonly NodeId[]): string {
  return nodes.length < 2 ? nodes.join("") : `${nodes.slice(0, -1).join(", ")} and ${nodes.at(-1)}`;
}
