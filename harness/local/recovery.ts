import { setTimeout as sleep } from "node:timers/promises";

import type { JsonObject } from "../../histories/json.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { Cluster } from "../../systems/contracts/system.ts";

/** How long a node may take to answer once all faults are off, in milliseconds: it may just have been started, and wait for others. */
const patience = 60_000;
/** How long one attempt to get an answer may take. */
const attemptPatience = 2_000;
/** From how many milliseconds on it is told that a node was waited for. */
const worthTelling = 1_000;

/** What there is to be waited for. */
export interface Recovering {
  readonly nodes: readonly NodeId[];
  readonly cluster: Cluster;
  readonly alive: (node: NodeId) => boolean;
  readonly kill: (node: NodeId) => Promise<void>;
  /** Whether a node answers its clients within so many milliseconds. */
  readonly answers: (node: NodeId, milliseconds: number) => Promise<boolean>;
}

/**
 * Waits after all faults until the nodes that run serve again, as a user would before judging by what comes next, and has that done for the system for which it takes an
 * operator. Gives, of each node that was waited for, for how many seconds, and what the operator did; throws if a node does not come back.
 */
export async function recovered({ nodes, cluster, alive, kill, answers }: Recovering): Promise<JsonObject> {
  const before = performance.now();
  const waited = new Map<NodeId, number>();
  const untilItAnswers = async (node: NodeId): Promise<void> => {
    // One that ends meanwhile is told of by whoever looks whether all is healed.
    while (alive(node)) {
      const answered = await answers(node, attemptPatience);
      const milliseconds = performance.now() - before;
      if (milliseconds >= worthTelling) waited.set(node, Math.round(milliseconds / 100) / 10);
      if (answered) return;
      if (milliseconds > patience) throw new Error(`${node} gave no answer within ${patience / 1_000} s`);
      await sleep(100);
    }
  };
  const operator = nodes.every(alive) ? await cluster.recover?.({ end: kill }) : undefined;
  await Promise.all(nodes.map(untilItAnswers));
  return {
    waited: Object.fromEntries([...waited].toSorted(([a], [b]) => nodes.indexOf(a) - nodes.indexOf(b))),
    ...(operator === undefined ? {} : { operator }),
  };
}
