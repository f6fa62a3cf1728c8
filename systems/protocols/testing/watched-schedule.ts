import type { Monitor, Violation } from "../../../checkers/consensus/monitor.ts";
import { monitorFor } from "../../../checkers/consensus/monitors.ts";
import type { Json, JsonObject } from "../../../histories/json.ts";
import type { NodeId, Protocol } from "../../contracts/protocol.ts";
import { TestCluster } from "./test-cluster.ts";

/** Nodes whose messages wait until the schedule delivers them, with properties watched at every step. */
export class WatchedSchedule<State> {
  readonly cluster: TestCluster<State>;
  readonly answers: Record<string, JsonObject | undefined> = {};
  /** What was seen first that must not be. */
  violation: Violation | undefined;
  readonly #watched: readonly { readonly monitor: Monitor; readonly memory: Json }[];

  constructor(
    protocol: Protocol<State, JsonObject>,
    nodes: readonly NodeId[],
    properties: readonly string[],
  ) {
    this.#watched = properties.map((property) => {
      const monitor = monitorFor(property);
      const memory: Json = monitor.begin(nodes);
      return { monitor, memory };
    });
    this.cluster = new TestCluster({
      protocol,
      nodes,
      random: () => 0,
      onStep: (node, state) => {
        for (const { monitor, memory } of this.#watched) {
          this.violation ??= monitor.look(memory, node, protocol.view?.(state) ?? {}, "step");
        }
      },
    });
  }

  /** Client `name` asks `node`; its answer will be in `answers`. */
  ask(name: string, node: NodeId, body: JsonObject): void {
    for (const { monitor, memory } of this.#watched) monitor.asked?.(memory, node, body);
    this.cluster.request(node, body, (answer) => {
      this.answers[name] = answer ?? { type: "lost" };
      if (answer === undefined) return;
      for (const { monitor, memory } of this.#watched) {
        this.violation ??= monitor.answered?.(memory, node, body, answer);
      }
    });
  }

  /** A conversation: each message, by its type, from one to the other in turn. */
  talk(one: NodeId, other: NodeId, ...types: readonly string[]): void {
    types.forEach((type, turn) =>
      turn % 2 === 0 ? this.cluster.deliver(one, other, type) : this.cluster.deliver(other, one, type),
    );
  }
}
