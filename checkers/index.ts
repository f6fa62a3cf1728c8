export * from "./catalogue.ts";
export * from "./certificates/claims.ts";
export * from "./certificates/contradiction.ts";
export * from "./certificates/isolation-claims.ts";
export * from "./certificates/isolation/core.ts";
export * from "./certificates/isolation/cycle.ts";
export * from "./certificates/isolation/execution.ts";
export * from "./certificates/linearization.ts";
export * from "./certificates/refutation.ts";
export * from "./checker.ts";
export * from "./linearizability/define-model.ts";
export * from "./linearizability/evidence.ts";
export * from "./linearizability/linearizable.ts";
export * from "./linearizability/model.ts";
export {
  catalogue as modelCatalogue,
  modelNamed,
  models,
  type ModelEntry,
} from "./linearizability/models/catalogue.ts";
export { looksKeyed } from "./linearizability/partition.ts";
export * from "./performance/fault-intervals.ts";
export * from "./performance/latency.ts";
export * from "./performance/rates.ts";
export * from "./certificates/sequential.ts";
export * from "./sequential/evidence.ts";
export * from "./sequential/sequential.ts";
export { bank, type BankOptions } from "./simple/bank.ts";
export { causalReverse } from "./simple/causal-reverse.ts";
export { counterBounds, counterPromises } from "./simple/counter-bounds.ts";
export { dirtyRead } from "./simple/dirty-read.ts";
export { longFork } from "./simple/long-fork.ts";
export { logPromises, partitionedLog } from "./simple/partitioned-log.ts";
export { sequentialInserts } from "./simple/sequential-inserts.ts";
export { setFull, setPromises } from "./simple/set-full.ts";
export * from "./simple/stats.ts";
export * from "./simple/unhandled-exceptions.ts";
export { queuePromises, totalQueue } from "./simple/total-queue.ts";
export { uniqueIds } from "./simple/unique-ids.ts";
export { writeSkew } from "./simple/write-skew.ts";
export * from "./verdict.ts";
export * from "./certificates/reads-from.ts";
export * from "./linearizability/conditions/register-condition.ts";
export { regular } from "./linearizability/conditions/regular.ts";
export { safe } from "./linearizability/conditions/safe.ts";
export * from "./linearizability/staleness/staleness.ts";
export * from "./linearizability/staleness/with-staleness.ts";
export { forbids } from "./isolation/cycles/forbids.ts";
export type { Transactions } from "./isolation/transactions.ts";
export { transactionsOf } from "./isolation/transactions/transactions-of.ts";
export * from "./isolation/anomalies.ts";
export * from "./isolation/definitions.ts";
export * from "./isolation/evidence.ts";
export * from "./isolation/isolation.ts";
export * from "./isolation/lattice.ts";
export * from "./isolation/levels.ts";
export { looksTransactional } from "./isolation/looks-transactional.ts";
export * from "./isolation/names.ts";
export * from "./consensus/monitor.ts";
export { monitorFor, monitors, type MonitorOptions } from "./consensus/monitors.ts";
export * from "./consensus/view.ts";
export * from "./causality/index.ts";
export {
  causalMemory,
  type ArbitrationCertificate,
  type BadPatternEvidence,
  type CausalMemoryOptions,
} from "./causality/memory/causal-memory.ts";
export { forbidden, type BadPattern, type CausalCondition } from "./causality/memory/bad-patterns.ts";
export { verifyArbitration } from "./certificates/arbitration.ts";
export * from "./certificates/consensus.ts";
export { checkConsensusLog, type CommittedSlotsCertificate } from "./consensus/consensus-log.ts";
export { agreementOfHistories, type DecisionsCertificate } from "./consensus/decisions.ts";
export { checkTermination, type StablePhase } from "./consensus/termination.ts";
export { totalOrderOfHistories, type DeliveryOrderCertificate } from "./consensus/deliveries.ts";
