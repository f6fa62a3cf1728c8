import { sameValue, type Json } from "../../../histories/json.ts";
import type { Input, Output, Ties, Token } from "../model.ts";
import type { CollectionMeaning } from "../structure.ts";

const outOfAny: Token = { cell: "out of any", value: null };

/**
 * The ties of a collection that stays legal when all operations on some item are taken out of a legal order:
 * queue, stack, deque, priority queue, bag. What was at the head, on top, or of the greatest priority among the
 * others still is.
 *
 * So an item comes and goes as a whole: who takes it out needs who put it in, and the other way round, since an
 * item that is left inside stands in the way of others. Who took out something unknown may have taken any
 * item. Nobody puts in the initial items, so every operation that found something, or nothing, needs those who may
 * have taken them out.
 */
export function itemTies(
  initial: readonly Json[],
  meaning: (input: Input, output: Output) => CollectionMeaning,
): (input: Input, output: Output) => Ties {
  const wayCleared =
    initial.length === 0 ? [] : [...initial.map((value) => ({ cell: "out", value })), outOfAny];
  return (input, output) => {
    const met = meaning(input, output);
    switch (met.does) {
      case "nothing":
        return { gives: [], takes: [] };
      case "add":
        return { gives: [putIn(met.item)], takes: [takenOut(met.item), outOfAny] };
      case "remove":
        return { gives: [takenOut(met.item)], takes: [putIn(met.item), ...wayCleared] };
      case "remove-unknown":
        return { gives: [outOfAny], takes: [] };
      case "peek":
        return { gives: [], takes: [putIn(met.item), ...wayCleared] };
      case "contains":
        return { gives: [], takes: met.found ? [putIn(met.item), ...wayCleared] : wayCleared };
      case "empty":
        return { gives: [], takes: wayCleared };
      case "snapshot":
        return { gives: [], takes: [...met.items.map(putIn), ...wayCleared] };
    }
  };
}

/** Only what is put in can be missing; that nobody took something out is no reason to refuse anything. */
export function heldInitially(initial: readonly Json[]): (token: Token) => boolean {
  return ({ cell, value }) => cell !== "in" || initial.some((item) => sameValue(item, value));
}

function putIn(value: Json): Token {
  return { cell: "in", value };
}

function takenOut(value: Json): Token {
  return { cell: "out", value };
}
