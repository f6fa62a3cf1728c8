import { canonical, type Json, type JsonObject } from "../../../histories/json.ts";
import type { Reaction, RegisterServer } from "./register-actors.ts";

const nothing: Reaction = { sent: [] };

/** A server that serves its own copy. */
export const singleCopy: RegisterServer = {
  begin: () => null,
  onMessage(_id, state, from, { type, request, value }) {
    if (type === "put")
      return { state: value!, sent: [{ to: from, body: { type: "putOk", request: request! } }] };
    return { sent: [{ to: from, body: { type: "getOk", request: request!, value: state } }] };
  },
};

type Stamp = readonly [count: number, id: number];

type AbdState = {
  readonly stamp: Stamp;
  readonly value: Json;
  readonly phase:
    | null
    | {
        readonly number: 1;
        readonly request: number;
        readonly client: number;
        /** In an array, to tell a write of null from none. */
        readonly write: readonly Json[];
        readonly told: Readonly<Record<string, { readonly stamp: Stamp; readonly value: Json }>>;
      }
    | {
        readonly number: 2;
        readonly request: number;
        readonly client: number;
        readonly read: readonly Json[];
        readonly done: readonly number[];
      };
};

/** The atomic register of Attiya, Bar-Noy & Dolev (1995). */
export function attiyaBarNoyDolev(servers: number): RegisterServer {
  const others = (id: number): number[] =>
    Array.from({ length: servers }, (_, i) => i).filter((i) => i !== id);
  const majority = Math.floor(servers / 2) + 1;
  return {
    begin: (id) => ({ stamp: [0, id], value: null, phase: null }),
    onMessage(id, json, from, body): Reaction {
      // The state is its own.
      const state = json as AbdState;
      const { phase } = state;
      // Requests are numbers here.
      const request = body["request"] as number;
      const toOthers = (message: JsonObject): Reaction["sent"] =>
        others(id).map((to) => ({ to, body: message }));
      switch (body["type"]) {
        case "put":
        case "get": {
          if (phase !== null) return nothing;
          const write = body["type"] === "put" ? [body["value"]!] : [];
          const told = { [id]: { stamp: state.stamp, value: state.value } };
          return {
            state: { ...state, phase: { number: 1, request, client: from, write, told } },
            sent: toOthers({ type: "query", request }),
          };
        }
        case "query":
          return {
            sent: [{ to: from, body: { type: "told", request, stamp: state.stamp, value: state.value } }],
          };
        case "told": {
          if (phase?.number !== 1 || phase.request !== request) return nothing;
          const told: typeof phase.told = {
            ...phase.told,
            [from]: { stamp: body["stamp"] as Stamp, value: body["value"]! },
          };
          if (Object.keys(told).length !== majority)
            return { state: { ...state, phase: { ...phase, told } }, sent: [] };
          const latest = Object.values(told).reduce((a, b) => (later(b.stamp, a.stamp) ? b : a));
          const stamp: Stamp = phase.write.length > 0 ? [latest.stamp[0] + 1, id] : latest.stamp;
          const value = phase.write[0] ?? latest.value;
          const read = phase.write.length > 0 ? [] : [latest.value];
          const own = later(stamp, state.stamp) ? { stamp, value } : {};
          return {
            state: {
              ...state,
              ...own,
              phase: { number: 2, request, client: phase.client, read, done: [id] },
            },
            sent: toOthers({ type: "record", request, stamp, value }),
          };
        }
        case "record": {
          const stamp = body["stamp"] as Stamp;
          const newer = later(stamp, state.stamp) ? { stamp, value: body["value"]! } : {};
          return { state: { ...state, ...newer }, sent: [{ to: from, body: { type: "recorded", request } }] };
        }
        case "recorded": {
          if (phase?.number !== 2 || phase.request !== request || phase.done.includes(from)) return nothing;
          const done = [...phase.done, from].toSorted((a, b) => a - b);
          if (done.length !== majority) return { state: { ...state, phase: { ...phase, done } }, sent: [] };
          const answer =
            phase.read.length > 0
              ? { type: "getOk", request, value: phase.read[0]! }
              : { type: "putOk", request };
          return { state: { ...state, phase: null }, sent: [{ to: phase.client, body: answer }] };
        }
        default:
          return nothing;
      }
    },
  };
}

function later(a: Stamp, b: Stamp): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}

type Proposal = { readonly request: number; readonly client: number; readonly value: Json };
type Vote = null | { readonly ballot: Stamp; readonly proposal: Proposal };

type SynodState = {
  readonly ballot: Stamp;
  readonly proposal: Proposal | null;
  readonly promises: Readonly<Record<string, Vote>>;
  readonly votes: readonly number[];
  readonly vote: Vote;
  readonly decided: boolean;
};

/** Single-decree Paxos in which the server that a client asks leads; undecided servers do not answer. */
export function synod(servers: number): RegisterServer {
  const majority = Math.floor(servers / 2) + 1;
  return {
    begin: () => ({ ballot: [0, 0], proposal: null, promises: {}, votes: [], vote: null, decided: false }),
    onMessage(id, json, from, body): Reaction {
      // The state is its own, and so are the messages.
      const state = json as SynodState;
      const toOthers = (message: JsonObject): Reaction["sent"] =>
        Array.from({ length: servers }, (_, to) => ({ to, body: message })).filter(({ to }) => to !== id);
      const ballot = body["ballot"] as Stamp;
      const same = canonical(ballot ?? null) === canonical(state.ballot);
      const request = body["request"] as number;
      if (state.decided) {
        if (body["type"] !== "get") return nothing;
        return { sent: [{ to: from, body: { type: "getOk", request, value: state.vote!.proposal.value } }] };
      }
      switch (body["type"]) {
        case "put": {
          if (state.proposal !== null) return nothing;
          const own: Stamp = [state.ballot[0] + 1, id];
          const proposal = { request, client: from, value: body["value"]! };
          return {
            state: { ...state, ballot: own, proposal, promises: { [id]: state.vote }, votes: [] },
            sent: toOthers({ type: "prepare", ballot: own }),
          };
        }
        case "prepare":
          if (!later(ballot, state.ballot)) return nothing;
          return {
            state: { ...state, ballot },
            sent: [{ to: from, body: { type: "prepared", ballot, vote: state.vote } }],
          };
        case "prepared": {
          if (!same) return nothing;
          const promises: SynodState["promises"] = { ...state.promises, [from]: body["vote"] as Vote };
          if (Object.keys(promises).length !== majority) return { state: { ...state, promises }, sent: [] };
          const last = Object.values(promises).reduce((a, b) =>
            b !== null && (a === null || later(b.ballot, a.ballot)) ? b : a,
          );
          const proposal = last?.proposal ?? state.proposal!;
          return {
            state: { ...state, promises, proposal, vote: { ballot, proposal }, votes: [id] },
            sent: toOthers({ type: "accept", ballot, proposal }),
          };
        }
        case "accept": {
          if (later(state.ballot, ballot)) return nothing;
          const proposal = body["proposal"] as Proposal;
          return {
            state: { ...state, ballot, vote: { ballot, proposal } },
            sent: [{ to: from, body: { type: "accepted", ballot } }],
          };
        }
        case "accepted": {
          if (!same) return nothing;
          const votes = [...new Set([...state.votes, from])].toSorted((a, b) => a - b);
          if (votes.length !== majority) return { state: { ...state, votes }, sent: [] };
          const proposal = state.proposal!;
          return {
            state: { ...state, votes, decided: true },
            sent: [
              ...toOthers({ type: "decided", ballot, proposal }),
              { to: proposal.client, body: { type: "putOk", request: proposal.request } },
            ],
          };
        }
        case "decided": {
          const proposal = body["proposal"] as Proposal;
          return { state: { ...state, ballot, vote: { ballot, proposal }, decided: true }, sent: [] };
        }
        default:
          return nothing;
      }
    },
  };
}
