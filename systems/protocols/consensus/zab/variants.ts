/**
 * Zab whose servers answer reads without a broadcast, as ZooKeeper's do. Local reads may be stale, and every client sees one
 * order that goes forwards: sequential consistency. After a sync with the leader they are linearizable. Everything else
 * is Zab, and explored there.
 */
import type { BundledProtocol, Exploration, ProtocolMutant } from "../../../contracts/protocol.ts";
import { ask } from "../../exploration-steps.ts";
import { rulesOf, type RuleMutant } from "../../rules-of.ts";
import { zabRules, type Rules } from "./rules.ts";
import { zab, zabBy } from "./zab.ts";

/** A write at one server, and a read at another. */
const read: Exploration = {
  name: "read",
  nodes: 3,
  clients: [[ask("n3", { type: "write", key: "x", value: 1 })], [ask("n1", { type: "read", key: "x" })]],
  timers: { limit: 1, names: ["patience"], nodes: ["n3"] },
};

function variant(
  rules: Rules,
  mutants: readonly (ProtocolMutant & RuleMutant<Rules>)[],
  described: Pick<BundledProtocol, "name" | "summary" | "claims" | "explorations">,
): BundledProtocol {
  const { name } = described;
  return {
    ...zab,
    ...described,
    mutants,
    build: (mutant) => zabBy(rulesOf(name, rules, mutants, mutant), name),
  };
}

const localRules: Rules = { ...zabRules, reads: "local" };

export const zabLocalReads = variant(
  localRules,
  [
    {
      name: "reads-before-joining",
      summary: "A server that has just started answers reads before it has found a leader.",
      simulation: { nodes: 3, faults: ["kill"], workload: "register", checker: "sequential", seeds: 10 },
      rules: { ...localRules, readsLocallyOnceJoined: false },
    },
  ],
  {
    name: "zab-local-reads",
    summary: "Zab whose servers answer reads from what they have delivered: they may be stale.",
    claims: ["strong-session-serializable", "sequential"],
    explorations: [read],
  },
);

const syncRules: Rules = { ...zabRules, reads: "synced" };

export const zabSyncReads = variant(
  syncRules,
  [
    {
      name: "syncs-unconfirmed",
      summary:
        "A leader tells a server that it has caught up without asking whether it leads still, as ZooKeeper's do.",
      simulation: {
        nodes: 3,
        faults: ["partition"],
        workload: "register",
        checker: "linearizable",
        seeds: 12,
      },
      rules: { ...syncRules, confirmsSyncs: false },
    },
    {
      name: "local-reads",
      summary: "A server answers reads without a sync.",
      exploration: { configuration: "read", property: "linearizable", steps: 12 },
      rules: { ...syncRules, reads: "local" },
    },
  ],
  {
    name: "zab-sync-reads",
    summary: "Zab whose servers answer reads from what they have delivered, after a sync with the leader.",
    claims: zab.claims,
    explorations: [{ ...read, check: { checker: "linearizable", model: "cas-register" } }],
  },
);
