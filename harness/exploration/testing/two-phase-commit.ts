import type { TransitionSystem } from "../transition-system.ts";

/** What a resource manager has done: a digit of the state. */
const working = 0;
const prepared = 1;
const committed = 2;
const aborted = 3;

export interface TwoPhaseState {
  /** 2 bits a resource manager. */
  readonly managers: number;
  /** Of the transaction manager: open, committed or aborted. */
  readonly decided: 0 | 1 | 2;
  /** A bit for each resource manager that it knows to be prepared. */
  readonly known: number;
  /** Messages sent, which stay: a bit for each `prepared`, then one for `commit` and one for `abort`. */
  readonly sent: number;
}

/** Position of the action times managers + the manager. */
export type TwoPhaseAction = { readonly kind: number; readonly manager: number };

/**
 * Two-phase commit as Gray & Lamport specify it ("Consensus on Transaction Commit", 2006, TwoPhase.tla):
 * messages are a set that only grows.
 */
export function twoPhaseCommit(managers: number): TransitionSystem<TwoPhaseState, TwoPhaseAction> {
  const all = (1 << managers) - 1;
  const commit = 1 << managers;
  const abort = 2 << managers;
  const of = (state: TwoPhaseState, manager: number): number => (state.managers >> (2 * manager)) & 3;
  const set = (state: TwoPhaseState, manager: number, to: number): number =>
    (state.managers & ~(3 << (2 * manager))) | (to << (2 * manager));
  return {
    initial: () => [{ managers: 0, decided: 0, known: 0, sent: 0 }],
    actions(state) {
      const actions: TwoPhaseAction[] = [];
      if (state.decided === 0 && state.known === all) actions.push({ kind: 0, manager: 0 });
      if (state.decided === 0) actions.push({ kind: 1, manager: 0 });
      for (let manager = 0; manager < managers; manager++) {
        const bit = 1 << manager;
        if (state.decided === 0 && (state.sent & bit) !== 0) actions.push({ kind: 2, manager });
        if (of(state, manager) === working) {
          actions.push({ kind: 3, manager });
          actions.push({ kind: 4, manager });
        }
        if ((state.sent & commit) !== 0) actions.push({ kind: 5, manager });
        if ((state.sent & abort) !== 0) actions.push({ kind: 6, manager });
      }
      return actions;
    },
    next(state, { kind, manager }) {
      const bit = 1 << manager;
      switch (kind) {
        case 0:
          return { ...state, decided: 1, sent: state.sent | commit };
        case 1:
          return { ...state, decided: 2, sent: state.sent | abort };
        case 2:
          return { ...state, known: state.known | bit };
        case 3:
          return { ...state, managers: set(state, manager, prepared), sent: state.sent | bit };
        case 4:
          return { ...state, managers: set(state, manager, aborted) };
        case 5:
          return { ...state, managers: set(state, manager, committed) };
        default:
          return { ...state, managers: set(state, manager, aborted) };
      }
    },
    fingerprint(state, into) {
      // The state as it is: different states, different words.
      into[0] = state.managers;
      into[1] = (state.sent << 2) | state.decided | (state.known << (managers + 4));
    },
    violation(state) {
      let some = 0;
      for (let manager = 0; manager < managers; manager++) some |= 1 << of(state, manager);
      const both = (1 << committed) | (1 << aborted);
      if ((some & both) !== both) return undefined;
      return { property: "atomic-commitment", nodes: [], explanation: "One has committed, one has aborted." };
    },
    describe: (_state, { kind, manager }) =>
      `${["commit", "abort", "learn that", "prepare", "abort alone", "obey commit", "obey abort"][kind]} ${manager}`,
  };
}
