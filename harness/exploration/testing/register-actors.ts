import { canonical, type Json, type JsonObject } from "../../../histories/json.ts";
import type { TransitionSystem } from "../transition-system.ts";
import { plainSystem, type PlainStep } from "./plain-system.ts";

/** What a server does with a message: its next state, or none if it stays as it is, and what it sends. */
export interface Reaction {
  readonly state?: Json;
  readonly sent: readonly { readonly to: number; readonly body: JsonObject }[];
}

/** A server of a register, as Stateright's examples have them. Servers have the numbers from 0 on, clients those that follow. */
export interface RegisterServer {
  begin(id: number): Json;
  onMessage(id: number, state: Json, from: number, body: JsonObject): Reaction;
}

type Envelope = { readonly from: number; readonly to: number; readonly body: JsonObject };

/** What a linearizability tester knows: of each operation, how many of each other client's had ended before it. */
type Tested = { readonly after: Readonly<Record<string, number>>; readonly operation: Json };

type State = {
  readonly servers: readonly Json[];
  readonly clients: readonly { readonly awaiting: number | null; readonly count: number }[];
  /** Sorted: a multiset. */
  readonly network: readonly Envelope[];
  readonly done: Readonly<Record<string, readonly Tested[]>>;
  readonly open: Readonly<Record<string, Tested>>;
};

/**
 * Servers of a register with clients that each put one value at one server and get at the next, in the
 * granularity of Stateright's actor systems: a step delivers one message, a message that would change nothing
 * is not delivered, and the state has what a tester of linearizability remembers.
 */
export function registerActors(
  server: RegisterServer,
  servers: number,
  clients: number,
): TransitionSystem<State, PlainStep<State>> {
  const ids = Array.from({ length: clients }, (_, i) => servers + i);
  let initial: State = {
    servers: Array.from({ length: servers }, (_, id) => server.begin(id)),
    clients: ids.map((id) => ({ awaiting: id, count: 1 })),
    network: [],
    done: {},
    open: {},
  };
  for (const [i, id] of ids.entries()) {
    const body = { type: "put", request: id, value: "ABCDEFG"[i]! };
    initial = asked(sent(initial, { from: id, to: id % servers, body }), id, ["write", body.value]);
  }
  return plainSystem<State>(initial, (state) =>
    state.network.flatMap((envelope, i) => {
      if (i > 0 && canonical(state.network[i - 1]!) === canonical(envelope)) return [];
      const next =
        envelope.to < servers
          ? atServer(server, state, envelope)
          : atClient(state, envelope, envelope.to - servers, servers);
      return next === undefined ? [] : [{ name: `deliver ${canonical(envelope)}`, next }];
    }),
  );
}

function atServer(server: RegisterServer, state: State, envelope: Envelope): State | undefined {
  const { from, to, body } = envelope;
  const reaction = server.onMessage(to, state.servers[to]!, from, body);
  const after = reaction.state ?? state.servers[to]!;
  if (reaction.sent.length === 0 && canonical(after) === canonical(state.servers[to]!)) return undefined;
  let next: State = { ...without(state, envelope), servers: state.servers.with(to, after) };
  for (const message of reaction.sent) next = sent(next, { from: to, ...message });
  return next;
}

function atClient(state: State, envelope: Envelope, client: number, servers: number): State | undefined {
  const { type, request, value } = envelope.body;
  const { awaiting, count } = state.clients[client]!;
  if (request !== awaiting) return undefined;
  const id = servers + client;
  let next = answered(without(state, envelope), id, type === "putOk" ? "ok" : (value ?? null));
  const again = type === "putOk" ? (count + 1) * id : null;
  next = { ...next, clients: next.clients.with(client, { awaiting: again, count: count + 1 }) };
  if (again === null) return next;
  const get = { from: id, to: (id + count) % servers, body: { type: "get", request: again } };
  return asked(sent(next, get), id, "read");
}

function sent(state: State, envelope: Envelope): State {
  const text = canonical(envelope);
  const place = state.network.findIndex((each) => canonical(each) > text);
  const network = state.network.toSpliced(place === -1 ? state.network.length : place, 0, envelope);
  return { ...state, network };
}

function without(state: State, envelope: Envelope): State {
  return { ...state, network: state.network.toSpliced(state.network.indexOf(envelope), 1) };
}

function asked(state: State, client: number, operation: Json): State {
  const after: Record<string, number> = {};
  for (const [other, done] of Object.entries(state.done))
    if (Number(other) !== client) after[other] = done.length;
  return { ...state, open: { ...state.open, [client]: { after, operation } } };
}

function answered(state: State, client: number, answer: Json): State {
  const { [client]: tested, ...open } = state.open;
  const done = [
    ...(state.done[client] ?? []),
    { after: tested!.after, operation: [tested!.operation, answer] },
  ];
  return { ...state, open, done: { ...state.done, [client]: done } };
}
