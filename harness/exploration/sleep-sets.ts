import type { PartialOrder } from "./transition-system.ts";

/** A state whose steps have to be looked at again: those that slept then and must not have. */
export interface Awakened<State, Action> {
  readonly state: State;
  readonly number: number;
  readonly actions: readonly Action[];
}

/**
 * Sleep sets (Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", 1996): of two
 * steps that do not touch each other only one order is taken. A step that was taken from a state sleeps in
 * the states that follow by independent steps, since it leads from there where those lead from its own. All
 * states are reached all the same; what is saved is making them again and again.
 *
 * A state that is reached again with less asleep has to take the steps that slept there without need.
 */
export class SleepSets<State, Action> {
  readonly #order: PartialOrder<State, Action>;
  /** By number of a state, where anything sleeps. */
  readonly #asleep = new Map<number, readonly Action[]>();
  #awakened: Awakened<State, Action>[] = [];

  constructor(order: PartialOrder<State, Action>) {
    this.#order = order;
  }

  asleepIn(state: number): readonly Action[] {
    return this.#asleep.get(state) ?? [];
  }

  has(actions: readonly Action[], action: Action): boolean {
    const key = this.#order.keyOf(action);
    return key >= 0 && actions.some((each) => this.#order.keyOf(each) === key);
  }

  /** What sleeps after `action`, of what slept before and what was taken before it. */
  after(
    state: State,
    action: Action,
    asleep: readonly Action[],
    taken: readonly Action[],
  ): readonly Action[] {
    if (this.#order.keyOf(action) < 0) return [];
    const stays = (each: Action): boolean =>
      this.#order.keyOf(each) >= 0 && this.#order.independent(state, each, action);
    return [...asleep.filter(stays), ...taken.filter(stays)];
  }

  /** A new state is reached with this asleep. */
  first(number: number, asleep: readonly Action[]): void {
    if (asleep.length > 0) this.#asleep.set(number, asleep);
  }

  /** A state that was reached before is reached with this asleep. */
  again(state: State, number: number, asleep: readonly Action[], expanded: boolean): void {
    const before = this.#asleep.get(number);
    if (before === undefined) return;
    const still = before.filter((action) => this.has(asleep, action));
    if (still.length === before.length) return;
    if (still.length === 0) this.#asleep.delete(number);
    else this.#asleep.set(number, still);
    if (!expanded) return;
    const actions = before.filter((action) => !this.has(asleep, action));
    this.#awakened.push({ state, number, actions });
  }

  /** The states to look at again, which are then forgotten. */
  awakened(): readonly Awakened<State, Action>[] {
    const awakened = this.#awakened;
    this.#awakened = [];
    return awakened;
  }
}
