import type { JsonObject } from "../../../histories/json.ts";
import type { LossReason, TraceEvent, VectorClock } from "../../../histories/trace.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface TraceOptions {
  readonly sink: (event: TraceEvent) => void;
  /** Whether events carry vector clocks. */
  readonly clocks?: boolean;
}

/** Vector clock of a message: how many events of each node, by index, happened before it arrives. */
export type Stamp = Int32Array;

type Detail =
  | { readonly kind: "start" | "crash" | "restart" | "pause" | "resume" | "sync" }
  | { readonly kind: "timer"; readonly name: string }
  | { readonly kind: "request" | "reply"; readonly process: number; readonly body: JsonObject }
  | { readonly kind: "local"; readonly text: string }
  | { readonly kind: "lose"; readonly message: number; readonly reason: LossReason };

/** Tells what happens at and between nodes, event by event, and keeps their vector clocks. */
export class Tracer {
  readonly #options: TraceOptions;
  readonly #nodes: readonly NodeId[];
  readonly #time: VirtualTime;
  readonly #clocks: readonly Int32Array[];
  #index = 0;

  constructor(options: TraceOptions, nodes: readonly NodeId[], time: VirtualTime) {
    this.#options = options;
    this.#nodes = nodes;
    this.#time = time;
    this.#clocks = nodes.map(() => new Int32Array(nodes.length));
  }

  /** A message leaves; the stamp goes with it. */
  send(node: number, to: NodeId, message: number, body: JsonObject): Stamp {
    this.#tick(node);
    this.#options.sink({ ...this.#happening(node), kind: "send", message, to, body });
    return (this.#clocks[node] ?? new Int32Array()).slice();
  }

  receive(node: number, from: NodeId, message: number, stamp: unknown): void {
    const clock = this.#clocks[node];
    if (clock !== undefined && stamp instanceof Int32Array) {
      for (let i = 0; i < clock.length; i++) clock[i] = Math.max(clock[i] ?? 0, stamp[i] ?? 0);
    }
    this.#tick(node);
    this.#options.sink({ ...this.#happening(node), kind: "receive", message, from });
  }

  happened(node: number, detail: Detail): void {
    this.#tick(node);
    this.#options.sink({ ...this.#happening(node), ...detail });
  }

  #tick(node: number): void {
    const clock = this.#clocks[node];
    if (clock !== undefined) clock[node] = (clock[node] ?? 0) + 1;
  }

  #happening(node: number): { index: number; time: number; node: NodeId; clock?: VectorClock } {
    const index = this.#index++;
    const time = this.#time.now * 1000;
    const name = this.#nodes[node] ?? "";
    if (this.#options.clocks !== true) return { index, time, node: name };
    return { index, time, node: name, clock: this.#vectorClock(node) };
  }

  #vectorClock(node: number): VectorClock {
    const shown: Record<string, number> = {};
    const clock = this.#clocks[node] ?? new Int32Array();
    for (let other = 0; other < clock.length; other++) {
      const count = clock[other] ?? 0;
      if (count > 0) shown[this.#nodes[other] ?? ""] = count;
    }
    return shown;
  }
}
