import type { JsonObject } from "../../../histories/json.ts";
import type { LossReason, TraceEvent, VectorClock } from "../../../histories/trace.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import { copyOf } from "./copy.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface TraceOptions {
  readonly sink: (event: TraceEvent) => void;
  /** Whether events carry vector clocks. */
  readonly clocks?: boolean;
}

type Detail =
  | { readonly kind: "start" | "crash" | "restart" | "pause" | "resume" | "sync" }
  | { readonly kind: "timer"; readonly name: string }
  | { readonly kind: "request" | "reply"; readonly process: number; readonly body: JsonObject }
  | { readonly kind: "local"; readonly text: string }
  | { readonly kind: "send"; readonly message: number; readonly to: NodeId; readonly body: JsonObject }
  | { readonly kind: "receive"; readonly message: number; readonly from: NodeId }
  | { readonly kind: "lose"; readonly message: number; readonly reason: LossReason };

/**
 * Tells what happens at and between nodes, event by event. Vector clocks are values: each event has its own,
 * and a message carries that of the event that sent it.
 */
export class Tracer {
  readonly #sink: (event: TraceEvent) => void;
  readonly #nodes: readonly NodeId[];
  readonly #time: VirtualTime;
  /** Of each node's latest event; undefined when nobody wants them. */
  readonly #clocks: VectorClock[] | undefined;
  #index = 0;

  constructor(options: TraceOptions, nodes: readonly NodeId[], time: VirtualTime) {
    this.#sink = options.sink;
    this.#nodes = nodes;
    this.#time = time;
    this.#clocks = options.clocks === true ? nodes.map(() => ({})) : undefined;
  }

  /** A message leaves; the clock goes with it. */
  send(node: number, to: NodeId, message: number, body: JsonObject): VectorClock | undefined {
    const clock = this.#clock(node, undefined);
    // A copy, since the message itself belongs to its receiver, who may change it.
    this.#tell(node, clock, { kind: "send", message, to, body: copyOf(body) });
    return clock;
  }

  /** @param sent The clock that came with the message. */
  receive(node: number, from: NodeId, message: number, sent: VectorClock | undefined): void {
    this.#tell(node, this.#clock(node, sent), { kind: "receive", message, from });
  }

  happened(node: number, detail: Detail): void {
    this.#tell(node, this.#clock(node, undefined), detail);
  }

  #tell(node: number, clock: VectorClock | undefined, detail: Detail): void {
    const name = this.#nodes[node] ?? "";
    const index = this.#index++;
    const time = this.#time.now * 1000;
    this.#sink(
      clock === undefined
        ? { index, time, node: name, ...detail }
        : { index, time, node: name, clock, ...detail },
    );
  }

  /** The clock of the next event of a node, which knows of what was `sent`. */
  #clock(node: number, sent: VectorClock | undefined): VectorClock | undefined {
    if (this.#clocks === undefined) return undefined;
    const next: Record<string, number> = { ...this.#clocks[node] };
    for (const other in sent) {
      const count = sent[other] ?? 0;
      if (count > (next[other] ?? 0)) next[other] = count;
    }
    const own = this.#nodes[node] ?? "";
    next[own] = (next[own] ?? 0) + 1;
    this.#clocks[node] = next;
    return next;
  }
}
