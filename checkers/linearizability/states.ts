import type { Json } from "../../histories/json.ts";
import type { Alphabet } from "./alphabet.ts";
import { identityOf, OneOf, Refused } from "./model.ts";

/** What a state takes beside its characters: entries of the list and the map, headers of value and text. */
const WordsOfState = 32;

/** The model refuses the action. */
export const NoState = -1;

/**
 * The states of a model that a search reached, numbered, and its transitions, tabulated when first asked
 * for: (state, action) → the next state's number, `NoState`, or −2−k for the k-th list of several states.
 * So the model's own code runs once for each pair, and the search handles nothing but numbers.
 */
export class StateTable {
  readonly alphabet: Alphabet;
  readonly #states: Json[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #several: Int32Array[] = [];
  #characters = 0;
  /** Open addressing: state, action, next in threes; an empty slot has state −1. */
  #table = new Int32Array(3 * 128).fill(-1);
  #size = 0;

  constructor(alphabet: Alphabet) {
    this.alphabet = alphabet;
    this.number(alphabet.model.initial);
  }

  /** Number of the initial state. */
  readonly initial = 0;

  number(state: Json): number {
    const text = identityOf(this.alphabet.model, state);
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#states.length;
      this.#states.push(state);
      this.#numbers.set(text, number);
      this.#characters += text.length;
    }
    return number;
  }

  /** How many states were come across. */
  get size(): number {
    return this.#states.length;
  }

  /** About how many 32-bit words the states and their transitions hold: for a state its value and text. */
  get words(): number {
    return this.#characters + WordsOfState * this.#states.length + this.#table.length;
  }

  state(number: number): Json {
    return this.#states[number] ?? null;
  }

  next(state: number, action: number): number {
    const table = this.#table;
    const mask = table.length / 3 - 1;
    let slot = hashPair(state, action) & mask;
    while (table[3 * slot] !== -1) {
      if (table[3 * slot] === state && table[3 * slot + 1] === action) return table[3 * slot + 2]!;
      slot = (slot + 1) & mask;
    }
    const next = this.#step(state, action);
    this.#insert(state, action, next);
    return next;
  }

  /** How many states a transition leads to. */
  branches(next: number): number {
    return next >= 0 ? 1 : next === NoState ? 0 : (this.#several[-2 - next]?.length ?? 0);
  }

  branch(next: number, branch: number): number {
    return next >= 0 ? next : (this.#several[-2 - next]?.[branch] ?? NoState);
  }

  /** Why the model refuses the action in this state; `undefined` when it does not. */
  refusal(state: number, action: number): string | undefined {
    const { input, output } = this.alphabet.get(action);
    const step = this.alphabet.model.step(this.state(state), input, output);
    return step instanceof Refused ? step.reason : undefined;
  }

  #step(state: number, action: number): number {
    const { input, output } = this.alphabet.get(action);
    const step = this.alphabet.model.step(this.state(state), input, output);
    if (step instanceof Refused) return NoState;
    if (!(step instanceof OneOf)) return this.number(step);
    const numbers = [...new Set(step.states.map((one) => this.number(one)))];
    if (numbers.length === 0) return NoState;
    if (numbers.length === 1) return numbers[0] ?? NoState;
    this.#several.push(Int32Array.from(numbers));
    return -1 - this.#several.length;
  }

  #insert(state: number, action: number, next: number): void {
    if (3 * (this.#size + 1) * 2 > this.#table.length) this.#grow();
    place(this.#table, state, action, next);
    this.#size++;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Int32Array(old.length * 2).fill(-1);
    for (let i = 0; i < old.length; i += 3)
      if (old[i] !== -1) place(this.#table, old[i]!, old[i + 1]!, old[i + 2]!);
  }
}

function place(table: Int32Array, state: number, action: number, next: number): void {
  const mask = table.length / 3 - 1;
  let slot = hashPair(state, action) & mask;
  while (table[3 * slot] !== -1) slot = (slot + 1) & mask;
  table[3 * slot] = state;
  table[3 * slot + 1] = action;
  table[3 * slot + 2] = next;
}

function hashPair(a: number, b: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
