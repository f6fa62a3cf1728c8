import type { CollectionStructure } from "../../structure.ts";
import type { Engine } from "../engine.ts";
import { readCollectionCalls, type CollectionCalls } from "./collection-calls.ts";
import { readItems, type Flaw } from "./items.ts";
import { decidePriorityQueue } from "./priority-queue.ts";
import { decideQueue } from "./queue.ts";
import { refute } from "./refutation.ts";
import { decideSet } from "./set.ts";
import { decideStack } from "./stack.ts";

/**
 * Collections whose items can be told apart: queues, stacks, priority queues and bags to which each item is added
 * at most once, and sets of elements that are added and removed at most once, or only added. Linear, or
 * n log n for stacks and for sorting priorities. Other collections are left to other engines.
 */
export const collectionsEngine: Engine = {
  name: "collections",
  decide({ calls }) {
    const { structure } = calls.alphabet.model;
    if (structure === undefined || structure.kind === "register") return undefined;
    const collection = readCollectionCalls(calls, structure);
    const decided = decide(collection, structure);
    if (decided === undefined) return undefined;
    if (decided instanceof Int32Array) return { end: "linearizable", order: decided, steps: calls.length };
    return refute(collection, structure, decided, decide);
  },
};

function decide(collection: CollectionCalls, structure: CollectionStructure): Int32Array | Flaw | undefined {
  if (structure.kind === "set") return decideSet(collection);
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
