import { Never } from "../../calls.ts";
import type { CollectionStructure } from "../../structure.ts";
import type { Decision, Engine, Nonlinearizable } from "../engine.ts";
import { readCollectionCalls, type CollectionCalls } from "./collection-calls.ts";
import { readItems, type Flaw } from "./items.ts";
import { decidePriorityQueue } from "./priority-queue.ts";
import { decideQueue } from "./queue.ts";
import { decideStack } from "./stack.ts";

/** Collections whose items can be told apart: each is added at most once. Linear, or n log n. */
export const collectionsEngine: Engine = {
  name: "collections",
  decide({ calls }) {
    const { structure } = calls.alphabet.model;
    if (structure === undefined || structure.kind === "register") return undefined;
    const collection = readCollectionCalls(calls, structure);
    const decided = decide(collection, structure);
    if (decided === undefined) return undefined;
    const steps = calls.length;
    if (decided instanceof Int32Array) return { end: "linearizable", order: decided, steps };
    return refutation(collection, decided);
  },
};

export function decide(
  collection: CollectionCalls,
  structure: CollectionStructure,
): Int32Array | Flaw | undefined {
  if (structure.kind === "set") return undefined;
  const items = readItems(collection);
  if (items === undefined || "pattern" in items) return items;
  switch (structure.kind) {
    case "queue":
      return decideQueue(items);
    case "stack":
      return decideStack(items);
    case "priority-queue":
      return decidePriorityQueue(items, (item) => structure.priority?.(collection.value(item)) ?? 0);
    case "bag":
      return decidePriorityQueue(items, undefined);
  }
}

function refutation(collection: CollectionCalls, flaw: Flaw): Decision {
  const steps = collection.calls.length;
  const refuted: Nonlinearizable = { end: "nonlinearizable", steps };
  void flaw;
  void Never;
  return refuted;
}
