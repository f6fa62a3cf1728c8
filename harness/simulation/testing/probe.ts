import type { Json, JsonObject } from "../../../histories/json.ts";
import type { AnyProtocol, Durable, NodeContext, NodeId } from "../../../systems/contracts/protocol.ts";
import { ExhaustiveChoices } from "../choices/exhaustive-choices.ts";
import { VirtualCluster, type ClusterOptions } from "../world/virtual-cluster.ts";

type Node = NodeContext<JsonObject>;

/** What a node of a probe does; nothing where it is not said. */
export interface Behaviour {
  readonly start?: (node: Node, durable: Durable) => void;
  readonly message?: (node: Node, from: NodeId, body: JsonObject) => void;
  readonly timer?: (node: Node, name: string) => void;
  /** Without one, a request is a command from the test: see `Probe.act`. */
  readonly request?: (node: Node, id: string, body: JsonObject) => void;
}

/** A protocol for tests of the world around it. */
export function probe(behaviour: Behaviour): AnyProtocol {
  return {
    name: "probe",
    start(node, durable) {
      behaviour.start?.(node, durable);
      return {};
    },
    onMessage: (_, from, body, node) => behaviour.message?.(node, from, body),
    onTimer: (_, name, node) => behaviour.timer?.(node, name),
    onRequest: (_, { id, body }, node) => behaviour.request?.(node, id, body),
  };
}

/** Always 0: the shortest delays, no faults. */
export const simplest = (): ExhaustiveChoices => new ExhaustiveChoices(0);

/**
 * Nodes that do what a test tells them: requests arrive at once, messages take 1000 µs and syncs 500 µs unless
 * set otherwise. What arrives is written down.
 */
export class Probe {
  readonly world: VirtualCluster;
  /** "<time> <node>: <what>". */
  readonly seen: string[] = [];
  #act: ((node: Node) => void) | undefined;

  constructor(options: Partial<ClusterOptions> & { readonly behaviour?: Behaviour } = {}) {
    const { behaviour = {}, settings = {}, ...rest } = options;
    const note = (node: Node, what: string): void =>
      void this.seen.push(`${this.world.now()} ${node.id}: ${what}`);
    const protocol = probe({
      start(node, durable) {
        if (durable.size > 0) note(node, `found ${text(Object.fromEntries(durable))}`);
        behaviour.start?.(node, durable);
      },
      message(node, from, body) {
        note(node, `${text(body["x"] ?? body)} from ${from}`);
        behaviour.message?.(node, from, body);
      },
      timer(node, name) {
        note(node, `timer ${name}`);
        behaviour.timer?.(node, name);
      },
      request: (node, id, body) => {
        if (behaviour.request !== undefined) return behaviour.request(node, id, body);
        this.#act?.(node);
        this.#act = undefined;
      },
    });
    this.world = new VirtualCluster({
      protocol,
      nodes: ["n1", "n2", "n3"],
      choices: simplest(),
      ...rest,
      settings: {
        ...settings,
        network: {
          delay: { kind: "constant", microseconds: 1000 },
          clients: { delay: { kind: "constant", microseconds: 0 }, loss: 0 },
          ...settings.network,
        },
        storage: { sync: { kind: "constant", microseconds: 500 }, ...settings.storage },
      },
    });
    this.world.runTo(0);
  }

  /** Lets a node do something now, in a handler. */
  act(node: NodeId, act: (node: Node) => void): void {
    this.#act = act;
    this.world.request(0, node, {}, () => undefined);
    this.world.runTo(this.world.now());
  }

  /** Sends `{x}` now. */
  send(from: NodeId, to: NodeId, x: Json): void {
    this.act(from, (node) => node.send(to, { x }));
  }

  /** What was seen since the last look, up to a time. */
  until(time: number): string[] {
    this.world.runTo(time);
    return this.seen.splice(0);
  }
}

function text(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
