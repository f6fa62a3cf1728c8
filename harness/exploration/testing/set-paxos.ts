import type { TransitionSystem } from "../transition-system.ts";
import { plainSystem, type PlainStep } from "./plain-system.ts";

interface Acceptor {
  readonly promised: number;
  readonly votedBallot: number;
  readonly voted: string | null;
}

export interface SetPaxosState {
  readonly acceptors: readonly Acceptor[];
  /** Ballots that were begun. */
  readonly begun: readonly number[];
  /** By ballot and acceptor: the vote that it told with its promise. */
  readonly promises: Readonly<Record<string, { readonly ballot: number; readonly value: string | null }>>;
  /** By ballot, what is proposed in it. */
  readonly proposed: Readonly<Record<string, string>>;
  /** By ballot and acceptor, what it voted for. */
  readonly votes: Readonly<Record<string, string>>;
}

const none = -1;

/**
 * Paxos with messages as a set that only grows, as Lamport specifies it for his Turing lecture (Paxos.tla):
 * 3 acceptors, majorities, each step one action of the specification for one choice of what it speaks of.
 */
export function setPaxos(
  ballots: number,
  values: readonly string[],
): TransitionSystem<SetPaxosState, PlainStep<SetPaxosState>> {
  const acceptors = [0, 1, 2];
  const quorums = [
    [0, 1],
    [0, 2],
    [1, 2],
  ];
  const numbers = Array.from({ length: ballots }, (_, ballot) => ballot);
  return plainSystem<SetPaxosState>(
    {
      acceptors: acceptors.map(() => ({ promised: none, votedBallot: none, voted: null })),
      begun: [],
      promises: {},
      proposed: {},
      votes: {},
    },
    (state) => [
      ...numbers.map((ballot) => ({
        name: `begin ${ballot}`,
        next: { ...state, begun: [...new Set([...state.begun, ballot])].toSorted((a, b) => a - b) },
      })),
      ...acceptors.flatMap((a) => promisesOf(state, a)),
      ...numbers.flatMap((ballot) => values.flatMap((value) => proposals(state, ballot, value, quorums))),
      ...acceptors.flatMap((a) => votesOf(state, a)),
    ],
    ({ votes }) => {
      const chosen = new Set(
        numbers.flatMap((ballot) =>
          values.filter((value) =>
            quorums.some((quorum) => quorum.every((a) => votes[`${ballot} ${a}`] === value)),
          ),
        ),
      );
      return chosen.size > 1 ? `${[...chosen].join(" and ")} are chosen` : undefined;
    },
  );
}

function promisesOf(state: SetPaxosState, a: number): PlainStep<SetPaxosState>[] {
  const acceptor = state.acceptors[a]!;
  return state.begun
    .filter((ballot) => ballot > acceptor.promised)
    .map((ballot) => ({
      name: `${a} promises ${ballot}`,
      next: {
        ...state,
        acceptors: state.acceptors.with(a, { ...acceptor, promised: ballot }),
        promises: {
          ...state.promises,
          [`${ballot} ${a}`]: { ballot: acceptor.votedBallot, value: acceptor.voted },
        },
      },
    }));
}

/** One step for each quorum that shows the value to be safe, and for each of its votes that does. */
function proposals(
  state: SetPaxosState,
  ballot: number,
  value: string,
  quorums: readonly (readonly number[])[],
): PlainStep<SetPaxosState>[] {
  if (state.proposed[ballot] !== undefined) return [];
  const step = {
    name: `propose ${value} in ${ballot}`,
    next: { ...state, proposed: { ...state.proposed, [ballot]: value } },
  };
  return quorums.flatMap((quorum) => {
    const told = quorum.map((a) => state.promises[`${ballot} ${a}`]);
    if (told.includes(undefined)) return [];
    const votes = told.filter((vote) => vote !== undefined && vote.ballot !== none);
    const last = Math.max(...votes.map((vote) => vote!.ballot));
    if (votes.length === 0) return [step];
    return votes.filter((vote) => vote!.ballot === last && vote!.value === value).map(() => step);
  });
}

function votesOf(state: SetPaxosState, a: number): PlainStep<SetPaxosState>[] {
  const acceptor = state.acceptors[a]!;
  return Object.entries(state.proposed)
    .map(([ballot, value]) => ({ ballot: Number(ballot), value }))
    .filter(({ ballot }) => ballot >= acceptor.promised)
    .map(({ ballot, value }) => ({
      name: `${a} votes for ${value} in ${ballot}`,
      next: {
        ...state,
        acceptors: state.acceptors.with(a, { promised: ballot, votedBallot: ballot, voted: value }),
        votes: { ...state.votes, [`${ballot} ${a}`]: value },
      },
    }));
}
