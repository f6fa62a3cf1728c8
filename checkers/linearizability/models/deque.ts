import { canonical, inWords, sameValue, type Json } from "../../../histories/json.ts";
import {
  Refused,
  unknownOutput,
  type Input,
  type Model,
  type OperationForm,
  type Output,
  type Replay,
} from "../model.ts";
import type { CollectionMeaning } from "../structure.ts";
import { heldInitially, itemTies } from "./item-ties.ts";

/** The items inside, from front to back. */
type Items = readonly Json[];

const push = (f: string, where: string): OperationForm => ({
  f,
  argument: "the item, not null",
  result: "ignored",
  meaning: `puts the item in at the ${where}`,
});
const pop = (f: string, where: string): OperationForm => ({
  f,
  argument: "null",
  result: "the item; null: the deque was empty",
  meaning: `takes the item at the ${where}`,
});

/** A double-ended queue. */
export function deque(initial: Items = []): Model<Items> {
  return {
    name: "deque",
    summary: "a double-ended queue: push-front, push-back, pop-front, pop-back",
    operations: [
      push("push-front", "front"),
      push("push-back", "back"),
      pop("pop-front", "front"),
      pop("pop-back", "back"),
    ],
    initial,
    changes: () => true,
    observes: isPop,
    malformed: (input) => (!isPop(input) && input.value === null ? "an item other than null" : undefined),
    step(state, { f, value }, output) {
      if (f === "push-front") return [value, ...state];
      if (f === "push-back") return [...state, value];
      const front = f === "pop-front";
      const reason = output === unknownOutput ? undefined : misfound(state.at(front ? 0 : -1), front, output);
      if (reason !== undefined) return new Refused(reason);
      return front ? state.slice(1) : state.slice(0, -1);
    },
    replay: () => new DequeReplay(initial),
    describe: (state) => `[${state.map(canonical).join(", ")}]`,
    tell({ f, value }, output) {
      const end = f.endsWith("front") ? "front" : "back";
      if (!isPop({ f, value })) return `pushed ${inWords(value)} at the ${end}`;
      if (output === unknownOutput) return `popped an item that nobody knows from the ${end}`;
      return output === null ? "found the deque empty" : `popped ${inWords(output)} from the ${end}`;
    },
    allowed: (state, input) => (isPop(input) ? [state.at(input.f === "pop-front" ? 0 : -1) ?? null] : []),
    ties: itemTies(initial, meaning),
    initially: heldInitially(initial),
  };
}

function isPop({ f }: Input): boolean {
  return f === "pop-front" || f === "pop-back";
}

function meaning(input: Input, output: Output): CollectionMeaning {
  if (!isPop(input)) return { does: "add", item: input.value };
  if (output === unknownOutput) return { does: "remove-unknown" };
  return output === null ? { does: "empty" } : { does: "remove", item: output };
}

function misfound(item: Json | undefined, front: boolean, found: Json): string | undefined {
  const end = front ? "front" : "back";
  if (item === undefined) return found === null ? undefined : "the deque was empty";
  if (sameValue(item, found)) return undefined;
  return found === null
    ? `the deque was not empty: ${inWords(item)} was at its ${end}`
    : `${inWords(item)} was at the ${end} of the deque, not ${inWords(found)}`;
}

/** Two stacks, back to back; whoever finds its own empty takes half of the other's, so each item moves O(1) times. */
class DequeReplay implements Replay {
  /** The front last. */
  #front: Json[] = [];
  /** The back last. */
  #back: Json[];

  constructor(initial: Items) {
    this.#back = [...initial];
  }

  apply(input: Input, output: Output): string | undefined {
    if (input.f === "push-front") this.#front.push(input.value);
    if (input.f === "push-back") this.#back.push(input.value);
    if (!isPop(input)) return undefined;
    const front = input.f === "pop-front";
    this.#share(front);
    const side = front ? this.#front : this.#back;
    const reason = output === unknownOutput ? undefined : misfound(side.at(-1), front, output);
    if (reason === undefined) side.pop();
    return reason;
  }

  describe(): string {
    return `[${[...this.#front.toReversed(), ...this.#back].map(canonical).join(", ")}]`;
  }

  #share(front: boolean): void {
    if (front && this.#front.length === 0) {
      const half = Math.ceil(this.#back.length / 2);
      this.#front = this.#back.slice(0, half).toReversed();
      this.#back = this.#back.slice(half);
    } else if (!front && this.#back.length === 0) {
      const half = Math.ceil(this.#front.length / 2);
      this.#back = this.#front.slice(0, half).toReversed();
      this.#front = this.#front.slice(half);
    }
  }
}
