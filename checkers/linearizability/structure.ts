import type { Json } from "../../histories/json.ts";
import type { Input, Output } from "./model.ts";

/**
 * The shape of an object for which exact algorithms exist that need not search. A model that declares one
 * promises that its `step` and the structure say the same; the property tests of the models hold it to that.
 */
export type Structure = RegisterStructure | CollectionStructure;

/** One cell: a register, a flag, a lock. */
export interface RegisterStructure {
  readonly kind: "register";
  readonly initial: Json;
  /** What an operation sees and does; of an unknown one, what it does if it takes effect. */
  meaning(input: Input, output: Output): RegisterMeaning;
  /**
   * Functions whose meaning is known without asking, which saves a call per operation: a "write" writes its
   * argument, a "read" sees its result and changes nothing. Only for operations whose argument or result is not
   * null; these are always well-formed.
   */
  readonly direct?: Readonly<Record<string, "read" | "write">>;
}

export type RegisterMeaning =
  /** Neither sees nor changes anything: it can be placed anywhere. */
  | { readonly does: "nothing" }
  | { readonly does: "read"; readonly value: Json }
  /** Saw that the register did not hold the value, as a failed compare-and-set that says so. */
  | { readonly does: "differ"; readonly value: Json }
  | { readonly does: "write"; readonly value: Json }
  | { readonly does: "cas"; readonly from: Json; readonly to: Json };

/** A collection of items. */
export interface CollectionStructure {
  /**
   * Which item is removed: the oldest (queue), the newest (stack), one of the greatest priority, any (bag);
   * a set holds an item once.
   */
  readonly kind: "queue" | "stack" | "priority-queue" | "bag" | "set";
  /** The items inside at first, in the order in which they would have been added. */
  readonly initial: readonly Json[];
  meaning(input: Input, output: Output): CollectionMeaning;
  /** Of a priority queue: the greatest goes first. */
  priority?(item: Json): number;
  /** As for registers: an "add" adds its argument, a "remove" removed its result; for neither null; well-formed. */
  readonly direct?: Readonly<Record<string, "add" | "remove">>;
}

export type CollectionMeaning =
  | { readonly does: "nothing" }
  /** `fresh`: of a set, whether it said that the item was not there before; absent when it did not say. */
  | { readonly does: "add"; readonly item: Json; readonly fresh?: boolean }
  /** `found`: of a set, whether it said that the item was there; absent when it did not say. */
  | { readonly does: "remove"; readonly item: Json; readonly found?: boolean }
  /** Unknown outcome: takes whichever item is due, if it takes effect and one is there. */
  | { readonly does: "remove-unknown" }
  /** Saw the item that is due, and left it. */
  | { readonly does: "peek"; readonly item: Json }
  /** Of a set, or a bag: whether the item is inside. */
  | { readonly does: "contains"; readonly item: Json; readonly found: boolean }
  /** Found nothing inside. */
  | { readonly does: "empty" }
  /** Saw all that is inside, in any order. */
  | { readonly does: "snapshot"; readonly items: readonly Json[] };
