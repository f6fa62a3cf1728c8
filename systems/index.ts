export * from "./catalogue.ts";
export * from "./contracts/client.ts";
export type { Machine } from "./contracts/machine.ts";
export * from "./contracts/protocol.ts";
export * from "./contracts/running-servers.ts";
export type { BundledAlgorithm } from "./contracts/shared-memory.ts";
export * from "./contracts/system.ts";
// What many databases need, for systems of one's own as well.
export { clientLibrary } from "./databases/client-library.ts";
export {
  faultsOfMachines,
  faultsOfResources,
  faultsOfServers,
  faultsOfServersWithoutClock,
} from "./databases/faults.ts";
export { firstAnswer } from "./databases/first-answer.ts";
export { installedProgram } from "./databases/installed.ts";
export { machineOf, programOnNodes, thisMachine } from "./databases/machines.ts";
export { missing } from "./databases/missing.ts";
export { oneAfterAnother } from "./databases/one-after-another.ts";
export { asOrdinaryUser, asOrdinaryUserOnNodes, type AsOrdinaryUser } from "./databases/ordinary-user.ts";
export { sideBySide } from "./databases/side-by-side/programs.ts";
export { untilItServes, type Member } from "./databases/until-it-serves.ts";
export { untilItSucceeds } from "./databases/until-it-succeeds.ts";
// Databases that speak SQL.
export { sqlCluster, type SqlServers } from "./databases/sql/cluster.ts";
export { skippingLocked, upsertOnConflict, type SqlDialect } from "./databases/sql/dialect.ts";
export { sqlWorkloads } from "./databases/sql/programs.ts";
export { sqlPromises } from "./databases/sql/promises.ts";
export {
  textIn,
  wholeNumberIn,
  type SqlResult,
  type SqlSession,
  type SqlValue,
} from "./databases/sql/session.ts";
// Stores with versions of keys.
export { VersionedClient, type VersionedClientOptions } from "./databases/versioned/client.ts";
export {
  programOf as versionedProgram,
  versionedWorkloads,
  type VersionedOperation,
} from "./databases/versioned/programs.ts";
export type { Change, Versioned, VersionedStore } from "./databases/versioned/store.ts";
// Servers that run already.
export { inTurn, NotYet, OfNoUse, takeAway, untilUsable } from "./databases/running.ts";
export {
  addressIn,
  commonLogin,
  fileIn,
  tlsIn,
  type Login,
  type TlsAccess,
  type UrlForm,
} from "./databases/server-url.ts";
export * from "./define-system.ts";
export { algorithms } from "./protocols/shared-memory/catalogue.ts";
