/**
 * Random small histories of a model: a few processes act on a correct object that takes operations at
 * moments of its choice, also long after their client has given up; and now and then somebody lies. So
 * some two thirds of the histories are linearizable, and most of the others only just are not.
 */
import * as fc from "fast-check";
import { HistoryBuilder } from "../../histories/builder.ts";
import type { History } from "../../histories/history.ts";
import type { Json } from "../../histories/json.ts";
import { OneOf, Refused, type Input, type Model } from "../linearizability/model.ts";

/** What the clients of a model ask and what a liar answers; the numbers are small and random. */
export interface Family {
  readonly model: Model;
  readonly input: (a: number, b: number) => Input;
  readonly lie: (input: Input, a: number, b: number) => Json;
  /** The result of an operation in a state, where the model's `allowed` does not tell. */
  readonly result?: (state: Json, input: Input) => Json;
}

interface Move {
  readonly process: number;
  readonly act: number;
  readonly a: number;
  readonly b: number;
}

const move: fc.Arbitrary<Move> = fc.record({
  process: fc.nat(3),
  act: fc.nat(19),
  a: fc.nat(5),
  b: fc.nat(5),
});

/** Histories of at most `most` operations on `keys` objects (1: without keys), in at most `mostMoves` moves. */
export function smallHistories(family: Family, most = 7, keys = 1, mostMoves = 36): fc.Arbitrary<History> {
  return fc
    .array(move, { minLength: 4, maxLength: mostMoves, size: "max" })
    .map((moves) => new Play(family, most, keys).run(moves));
}

interface Pending {
  readonly process: number;
  readonly input: Input;
  readonly key: number;
  result: Json;
  done: boolean;
}

class Play {
  readonly #family: Family;
  readonly #most: number;
  readonly #keys: number;
  readonly #builder = new HistoryBuilder();
  readonly #states: Json[];
  readonly #pending: (Pending | undefined)[] = [];
  readonly #ghosts: Pending[] = [];
  readonly #processes = [0, 1, 2, 3];
  #time = 0;
  #operations = 0;

  constructor(family: Family, most: number, keys: number) {
    this.#family = family;
    this.#most = most;
    this.#keys = keys;
    this.#states = Array.from({ length: keys }, () => family.model.initial);
  }

  run(moves: readonly Move[]): History {
    for (const one of moves) this.#move(one);
    return this.#builder.build();
  }

  #move({ process: thread, act, a, b }: Move): void {
    this.#time += act % 2;
    const pending = this.#pending[thread];
    if (pending === undefined) {
      const ghost = this.#ghosts[0];
      if (act === 0 && ghost !== undefined) {
        this.#ghosts.shift();
        this.#takeEffect(ghost);
      } else if (this.#operations < this.#most) this.#invoke(thread, a, b);
    } else if (act < 2) this.#complete(thread, pending, "info");
    else if (act === 2) this.#complete(thread, pending, "fail");
    else if (act < 5)
      this.#complete(thread, { ...pending, result: this.#family.lie(pending.input, a, b) }, "ok");
    else if (act < 8 && !pending.done) this.#takeEffect(pending);
    else {
      if (!pending.done) this.#takeEffect(pending);
      if (pending.done) this.#complete(thread, pending, "ok");
      else if (act < 14) this.#complete(thread, pending, "fail");
    }
  }

  #invoke(thread: number, a: number, b: number): void {
    const process = this.#processes[thread]!;
    const input = { ...this.#family.input(a, b), process };
    const pending = {
      process,
      input,
      key: a % this.#keys,
      result: null,
      done: false,
    };
    this.#pending[thread] = pending;
    this.#operations++;
    this.#add(pending, "invoke", input.value);
  }

  #takeEffect(pending: Pending): void {
    const { model } = this.#family;
    const state = this.#states[pending.key] ?? null;
    const [result] = model.allowed?.(state, pending.input) ?? [];
    pending.result = result ?? (this.#family.result ?? (() => pending.input.value))(state, pending.input);
    const next = model.step(state, pending.input, pending.result);
    if (next instanceof Refused) return;
    this.#states[pending.key] =
      next instanceof OneOf ? (next.states[this.#time % next.states.length] ?? null) : next;
    pending.done = true;
  }

  #complete(thread: number, pending: Pending, type: "ok" | "fail" | "info"): void {
    this.#add(pending, type, type === "ok" ? pending.result : pending.input.value);
    this.#pending[thread] = undefined;
    if (type !== "info") return;
    this.#processes[thread]! += 4;
    if (!pending.done) this.#ghosts.push(pending);
  }

  #add({ process, input, key }: Pending, type: "invoke" | "ok" | "fail" | "info", value: Json): void {
    this.#builder.add({
      time: this.#time,
      process,
      type,
      f: input.f,
      value,
      ...(this.#keys === 1 ? {} : { key }),
    });
  }
}
