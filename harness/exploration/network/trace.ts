import type { LossReason, TraceEvent, VectorClock } from "../../../histories/trace.ts";
import type { Run } from "../explore.ts";
import type { Effect } from "./handler-run.ts";
import type { Message } from "./local-state.ts";
import type { NetworkAction, NetworkState } from "./network-state.ts";
import type { NetworkSystem } from "./network-system.ts";

/** A message on its way, by its number in the trace. */
interface Sent {
  readonly number: number;
  readonly message: Message;
  readonly clock: VectorClock;
}

/** Steps are a millisecond apart. */
const stepNanoseconds = 1_000_000;

/** What happened, without where it stands in the trace. */
type Happened = TraceEvent extends infer Event
  ? Event extends TraceEvent
    ? Omit<Event, "index" | "time" | "node" | "clock">
    : never
  : never;

/** A run of a network as a trace, with vector clocks. */
export function traceOf(
  system: NetworkSystem,
  { states, actions }: Run<NetworkState, NetworkAction>,
): readonly TraceEvent[] {
  const writer = new TraceWriter(system.nodes);
  for (let node = 0; node < system.nodes.length; node++) {
    const outcome = system.hosts.start(system.hosts.unborn(node))[0]!.outcomes[0]!;
    writer.happened(node, { kind: "start" });
    writer.did(node, outcome.effects, outcome.sent);
  }
  for (const [i, action] of actions.entries()) {
    writer.step(action);
    writer.dropAbsent(states[i + 1]!.messages);
  }
  return writer.events;
}

class TraceWriter {
  readonly events: TraceEvent[] = [];
  readonly #nodes: readonly string[];
  readonly #clocks: VectorClock[];
  #inFlight: Sent[] = [];
  #messages = 0;
  #time = 0;

  constructor(nodes: readonly string[]) {
    this.#nodes = nodes;
    this.#clocks = nodes.map(() => ({}));
  }

  happened(node: number, happened: Happened): void {
    const name = this.#nodes[node]!;
    const before = this.#clocks[node]!;
    const clock = { ...before, [name]: (before[name] ?? 0) + 1 };
    this.#clocks[node] = clock;
    this.events.push({
      index: this.events.length,
      time: this.#time,
      node: name,
      clock,
      ...happened,
    });
  }

  step(action: NetworkAction): void {
    this.#time += stepNanoseconds;
    switch (action.kind) {
      case "deliver": {
        const { message, again } = action;
        const sent = this.#inFlight.find((each) => each.message === message)!;
        if (!again) this.#inFlight = this.#inFlight.filter((each) => each !== sent);
        this.#clocks[message.to] = latest(this.#clocks[message.to]!, sent.clock);
        this.happened(message.to, {
          kind: "receive",
          message: sent.number,
          from: this.#nodes[message.from]!,
        });
        return this.#handled(message.to, action);
      }
      case "ask": {
        const { node, client, body } = action.asked;
        this.happened(node, { kind: "request", process: client, body });
        return this.#handled(node, action);
      }
      case "fire":
        this.happened(action.node, { kind: "timer", name: action.timer });
        return this.#handled(action.node, action);
      case "restart":
        this.happened(action.node, { kind: "restart" });
        return this.#handled(action.node, action);
      case "crash":
        return this.happened(action.node, { kind: "crash" });
      case "lose": {
        const lost = this.#inFlight.find(({ message }) => message === action.message)!;
        return this.#lose(lost, "loss");
      }
      case "clock":
        return this.happened(action.node, {
          kind: "local",
          text: `its clock shows ${action.after.clock} ms`,
        });
    }
  }

  did(node: number, effects: readonly Effect[], sent: readonly Message[]): void {
    let next = 0;
    for (const effect of effects) {
      switch (effect.kind) {
        case "send": {
          const number = this.#messages++;
          this.happened(node, { kind: "send", message: number, to: effect.to, body: effect.body });
          this.#inFlight.push({ number, message: sent[next++]!, clock: this.#clocks[node]! });
          break;
        }
        case "reply":
          // Clients are numbered in the names of their requests.
          this.happened(node, {
            kind: "reply",
            process: Number(/^c(\d+)/.exec(effect.request)?.[1] ?? 1) - 1,
            body: effect.body,
          });
          break;
        case "sync":
          this.happened(node, { kind: "sync" });
          break;
        case "log":
          this.happened(node, { kind: "local", text: effect.text });
          break;
        case "persist":
          break;
      }
    }
  }

  /** Loses what is in flight no more and was not delivered: what died with a node. */
  dropAbsent(messages: readonly Message[]): void {
    const left = [...messages];
    for (const sent of this.#inFlight) {
      const at = left.indexOf(sent.message);
      if (at === -1) this.#lose(sent, "down");
      else left.splice(at, 1);
    }
  }

  #handled(node: number, { outcome }: Extract<NetworkAction, { readonly outcome: unknown }>): void {
    this.did(node, outcome.effects, outcome.sent);
    if (outcome.crashed !== undefined) this.happened(node, { kind: "crash" });
  }

  #lose(lost: Sent, reason: LossReason): void {
    this.#inFlight = this.#inFlight.filter((each) => each !== lost);
    this.happened(lost.message.to, { kind: "lose", message: lost.number, reason });
  }
}

function latest(one: VectorClock, other: VectorClock): VectorClock {
  const joined: Record<string, number> = { ...one };
  for (const [name, count] of Object.entries(other)) joined[name] = Math.max(joined[name] ?? 0, count);
  return joined;
}
