import { monitorFor } from "../../../checkers/consensus/monitors.ts";
import type { Monitor, Occasion, Violation } from "../../../checkers/consensus/monitor.ts";
import type { Verdict } from "../../../checkers/verdict.ts";
import type { Json, JsonObject } from "../../../histories/json.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { SimulatedWorld } from "../simulated-world.ts";

interface Watched {
  readonly monitor: Monitor;
  readonly memory: Json;
  found?: Violation & { readonly time: number };
}

/** Watches properties of a protocol from inside while it runs; the first violation of each is kept. */
export class Monitoring {
  readonly #watched: readonly Watched[];
  #looking: Watched[];
  #steps = 0;
  #world: SimulatedWorld | undefined;

  constructor(properties: readonly string[], nodes: readonly NodeId[]) {
    this.#watched = properties.map((name) => {
      const monitor = monitorFor(name);
      return { monitor, memory: monitor.begin(nodes) };
    });
    this.#looking = [...this.#watched];
  }

  /** To be called before the first event. */
  watch(world: SimulatedWorld): void {
    this.#world = world;
  }

  readonly stepped = (node: NodeId, occasion: Occasion): void => {
    if (this.#looking.length === 0) return;
    const view = this.#world?.view(node);
    if (view === undefined) return;
    this.#steps++;
    for (const each of this.#looking) this.#found(each, each.monitor.look(each.memory, node, view, occasion));
  };

  readonly asked = (node: NodeId, body: JsonObject): void => {
    for (const { monitor, memory } of this.#looking) monitor.asked?.(memory, node, body);
  };

  readonly answered = (node: NodeId, request: JsonObject, answer: JsonObject): void => {
    for (const each of this.#looking)
      this.#found(each, each.monitor.answered?.(each.memory, node, request, answer));
  };

  readonly crashed = (node: NodeId, lost: boolean): void => {
    for (const { monitor, memory } of this.#looking) monitor.crashed?.(memory, node, lost);
  };

  /** Looks at everything once more, at the end of a run. */
  finish(): void {
    for (const node of this.#world?.nodes ?? []) {
      const view = this.#world?.view(node);
      if (view === undefined) continue;
      for (const each of this.#looking) this.#found(each, each.monitor.finish?.(each.memory, node, view));
    }
  }

  /** A verdict a property. */
  verdicts(): Verdict[] {
    return this.#watched.map(({ monitor: { name }, found }) => ({
      checker: name,
      valid: found === undefined,
      anomalies:
        found === undefined
          ? []
          : [
              {
                type: name,
                operations: [],
                explanation: `${found.explanation} (seen from inside at ${(found.time / 1e6).toFixed(6)} s)`,
                evidence: {
                  kind: "monitor",
                  nodes: found.nodes,
                  microseconds: found.time,
                  ...(found.evidence === undefined ? {} : { evidence: found.evidence }),
                },
              },
            ],
      statistics: { steps: this.#steps },
    }));
  }

  #found(each: Watched, violation: Violation | undefined): void {
    if (violation === undefined || each.found !== undefined) return;
    each.found = { ...violation, time: this.#world?.now() ?? 0 };
    this.#looking = this.#looking.filter(({ found }) => found === undefined);
  }
}
