import { checkerFor } from "../../../checkers/catalogue.ts";
import { composeValidity, type Verdict } from "../../../checkers/verdict.ts";
import { HistoryBuilder } from "../../../histories/builder.ts";
import { InputError } from "../../../histories/errors.ts";
import type { JsonObject } from "../../../histories/json.ts";
import type { TraceEvent } from "../../../histories/trace.ts";
import { findProtocol } from "../../../systems/catalogue.ts";
import type { Completion } from "../../../systems/contracts/client.ts";
import type { BundledProtocol, Exploration } from "../../../systems/contracts/protocol.ts";
import type { Script } from "../../exploration/script.ts";
import { completionOf, operationAsked, unanswered } from "../../vocabulary.ts";
import type { NoAnswer } from "../simulated-world.ts";
import { nodeNames } from "../runs/configuration.ts";
import { Monitoring } from "../runs/monitoring.ts";
import { handlers, type SimulatedRun } from "../runs/run.ts";
import { HandlerError, VirtualCluster } from "../world/index.ts";
import { Director } from "./director.ts";
import { ScriptedChoices } from "./scripted-choices.ts";
import { stepOf } from "./steps.ts";

/** A run that exploration found, made again in the simulated world. */
export interface ScriptRun {
  readonly run: SimulatedRun;
  readonly trace: readonly TraceEvent[];
  readonly nodes: readonly string[];
  /** By node, the protocol's own state in the end; undefined of one that is down. */
  readonly states: readonly unknown[];
  /** Whether what exploration found broken broke here too; unknown for what no single run can show. */
  readonly confirmed: boolean | "unknown";
}

/** An exception in a handler is another name for a handler that failed. */
const noException = "no-exception";
const liveness = "liveness";

/** The checker that must object for a property to be broken. */
export function checkerOf(property: string): string {
  return property === noException ? "handlers" : property;
}

/**
 * Takes the steps of a script in the simulated world, where nodes, links, disks, monitors and checkers are those of every
 * simulated run: none of the explorer's own. An `InputError` says which step cannot be taken.
 */
export function runScript(script: Script): ScriptRun {
  const protocol = findProtocol(script.protocol);
  const configuration = configurationOf(protocol, script);
  const nodes = nodeNames(configuration.nodes);
  const monitoring = new Monitoring(protocol.properties, nodes);
  const choices = new ScriptedChoices();
  const trace: TraceEvent[] = [];
  const world = new VirtualCluster({
    protocol: protocol.build(script.mutant),
    nodes,
    choices,
    settings: {
      network: {
        channels: protocol.model.channels,
        timing: protocol.model.timing,
        delay: { kind: "constant", microseconds: 1 },
        clients: { delay: { kind: "constant", microseconds: 1 }, loss: 0 },
      },
      storage: { sync: { kind: "constant", microseconds: 0 } },
    },
    hooks: { stepped: monitoring.stepped, asked: monitoring.asked },
    trace: { sink: (event) => void trace.push(event), clocks: true },
    timeless: true,
  });
  monitoring.watch(world);
  const clients = new ScriptClients(world, configuration.clients.length, monitoring.answered);
  let failure: HandlerError | undefined;
  try {
    const director = new Director({
      world,
      choices,
      inOrder: protocol.model.channels === "fifo",
      asks: (client, node, body) => clients.ask(client, node, body),
      crashed: monitoring.crashed,
      heard: (node) => monitoring.stepped(node, "step"),
    });
    script.steps.forEach((step, i) => director.take(stepOf(step, i + 1)));
  } catch (error) {
    if (!(error instanceof HandlerError)) throw error;
    failure = error;
  }
  const history = clients.builder.build();
  const verdicts: Verdict[] = [
    handlers(failure),
    ...monitoring.verdicts(),
    ...(configuration.check === undefined ? [] : [checkerFor(configuration.check).check(history)]),
  ];
  const objecting = verdicts.find(({ checker }) => checker === checkerOf(script.property));
  return {
    nodes,
    states: nodes.map((node) => world.state(node)),
    trace,
    confirmed: script.property === liveness ? "unknown" : objecting?.valid === false,
    run: {
      valid: composeValidity(verdicts.map(({ valid }) => valid)),
      verdicts,
      history,
      ending: failure === undefined ? "done" : "failed",
      events: world.events,
      microseconds: world.now(),
      broken: [],
    },
  };
}

function configurationOf(protocol: BundledProtocol, { configuration }: Script): Exploration {
  const found = protocol.explorations.find(({ name }) => name === configuration);
  if (found !== undefined) return found;
  throw new InputError("E_SCRIPT", {
    expected: `a configuration of ${protocol.name}: ${protocol.explorations.map(({ name }) => name).join(", ")}`,
    found: configuration,
  });
}

/** The clients of a script: each asks what its steps say, and a request that its node did not live to answer is open for good. */
class ScriptClients {
  readonly builder: HistoryBuilder;
  readonly #world: VirtualCluster;
  readonly #count: number;
  readonly #answered: Monitoring["answered"];
  /** By client, how often it has asked, and its process. */
  readonly #asked = new Map<number, number>();
  readonly #processes = new Map<number, number>();

  constructor(world: VirtualCluster, count: number, answered: Monitoring["answered"]) {
    this.#world = world;
    this.#count = count;
    this.#answered = answered;
    this.builder = new HistoryBuilder();
  }

  ask(
    client: number,
    node: string,
    body: JsonObject,
  ): { readonly request: string; readonly answered: (answer: JsonObject | NoAnswer) => void } {
    const position = (this.#asked.get(client) ?? 0) + 1;
    this.#asked.set(client, position);
    const process = this.#processes.get(client) ?? client - 1;
    const operation = operationAsked(process, body);
    const time = (): number => this.#world.now() * 1000;
    // Who the members are is nothing that models of data know.
    const isData = body["type"] !== "reconfigure";
    if (isData) this.builder.add({ ...operation, time: time(), type: "invoke", node });
    const answered = (answer: JsonObject | NoAnswer): void => {
      if (typeof answer !== "string") this.#answered(node, body, answer);
      const completion: Completion =
        typeof answer === "string"
          ? unanswered(operation, "connection lost")
          : completionOf(operation, answer);
      const { type, error } = completion;
      const value = completion.value ?? operation.value;
      const ending = {
        ...operation,
        time: time(),
        type,
        value,
        node,
        ...(error === undefined ? {} : { error }),
      };
      if (isData) this.builder.add(ending);
      if (type === "info") this.#processes.set(client, process + this.#count);
    };
    return { request: `c${client}r${position}`, answered };
  }
}
