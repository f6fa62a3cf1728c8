import { createRequire } from "node:module";

import type { System } from "../../contracts/system.ts";
import { LineClient } from "../lines/client.ts";
import { lineCluster, memoryFaults } from "../lines/cluster.ts";
import { bugNames, mutantsOf, type Bug } from "./bugs.ts";
import { transactionLanguage } from "./language.ts";
import { objectWorkloads, servedWorkloads } from "./programs.ts";
import type { Isolation } from "./store.ts";

/** What snapshot isolation allows anyhow. */
const ofSnapshots: ReadonlySet<Bug> = new Set<Bug>(["write-skew", "phantom"]);

/** A store of several versions in which the first committer wins: snapshot isolation, with snapshots that are never old. */
export const snapshotStore = transactionalStore({
  name: "snapshot-store",
  summary: "Transactions in the memory of one server under snapshot isolation, which allows write skew.",
  claim: "strong-snapshot-isolation",
  isolation: "snapshot-isolation",
  bugs: bugNames.filter((name) => !ofSnapshots.has(name)),
});

/** The same, with commits only of what would be read again just so. */
export const serializableStore = transactionalStore({
  name: "serializable-store",
  summary: "Transactions in the memory of one server, each as if it happened at one moment.",
  claim: "strict-serializable",
  isolation: "serializable",
  bugs: bugNames,
});

interface Description {
  readonly name: string;
  readonly summary: string;
  readonly claim: string;
  readonly isolation: Isolation;
  readonly bugs: readonly Bug[];
}

function transactionalStore({ name, summary, claim, isolation, bugs }: Description): System {
  const [usual = ""] = servedWorkloads;
  return {
    name,
    summary,
    claims: [claim],
    workloads: servedWorkloads,
    capabilities: memoryFaults,
    nodeCounts: { default: 1, minimum: 1, maximum: 1 },
    mutants: mutantsOf(bugs),
    remote: true,
    // What acts on one object at a time is as if it happened at one moment under snapshots that are never old.
    promises: (_, workload) => (objectWorkloads.includes(workload) ? ["linearizable"] : [claim]),
    open(surroundings, { mutant, workload = usual }) {
      const server = createRequire(import.meta.url).resolve("rashomon/systems/transactional-store");
      const options = [isolation, workload, surroundings.seed, ...(mutant === undefined ? [] : [mutant])];
      const language = transactionLanguage(workload);
      return Promise.resolve(
        lineCluster(surroundings, server, options, (address) => new LineClient(address, language)),
      );
    },
  };
}
