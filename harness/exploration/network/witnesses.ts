import type { Occasion } from "../../../checkers/consensus/monitor.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { Outcome } from "./handler-run.ts";
import type { Asked } from "./hosts.ts";
import { nodeOf, type NetworkAction, type NetworkState } from "./network-state.ts";
import type { Pasts } from "./past.ts";
import type { Watches } from "./watch.ts";

/** What is seen from outside the nodes. */
export type Seen = Pick<NetworkState, "watch" | "past" | "clients">;

/** Those who see the nodes from outside: the monitors, and the clients, whose requests by client these are. */
export class Witnesses {
  readonly #nodes: readonly NodeId[];
  readonly #requests: readonly (readonly Asked[])[];
  readonly #watches: Watches;
  readonly #pasts: Pasts | undefined;

  constructor(parts: {
    nodes: readonly NodeId[];
    requests: readonly (readonly Asked[])[];
    watches: Watches;
    pasts: Pasts | undefined;
  }) {
    this.#nodes = parts.nodes;
    this.#requests = parts.requests;
    this.#watches = parts.watches;
    this.#pasts = parts.pasts;
  }

  begin(): Seen {
    return {
      clients: this.#requests.map(() => 0),
      watch: this.#watches.begin(),
      past: this.#pasts?.begin(),
    };
  }

  /** A client asks. */
  asked({ clients, watch, past }: Seen, asked: Asked): Seen {
    const { client, node, number, body } = asked;
    return {
      clients: clients.with(client, clients[client]! + 1),
      watch: this.#watches.asked(watch, node, number, body),
      past: past && this.#pasts?.asked(past, asked),
    };
  }

  /** What monitors and clients see of a handler that runs to its end. */
  of(seen: Seen, action: NetworkAction): Seen {
    if (!("outcome" in action) || action.kind === "restart") return seen;
    const before = action.kind === "ask" ? this.asked(seen, action.asked) : seen;
    return this.heard(before, nodeOf(action), action.outcome, "step");
  }

  /** What is seen as a handler's answers arrive and it comes to its end. */
  heard({ watch, past, clients }: Seen, node: number, outcome: Outcome, occasion: Occasion): Seen {
    for (const answer of outcome.answers) {
      const { client, position, number, body } = answer;
      if (clients[client] !== 2 * position + 1) continue;
      const asked = this.#requests[client]![position]!;
      clients = clients.with(client, 2 * position + 2);
      watch = this.#watches.answered(watch, node, number, asked.body, body);
      past &&= this.#pasts?.answered(past, asked, answer);
    }
    const { after, crashed, error } = outcome;
    if (crashed !== undefined) return { watch, past, clients };
    if (error === undefined) {
      watch = this.#watches.looked(watch, node, after.number, after.view, occasion);
    } else {
      watch = this.#watches.violated({
        property: "no-exception",
        nodes: [this.#nodes[node]!],
        explanation: `${this.#nodes[node]} failed: ${error}`,
      });
    }
    return { watch, past, clients };
  }
}
