export * from "./catalogue.ts";
export * from "./contracts/client.ts";
export * from "./contracts/protocol.ts";
export * from "./contracts/running-servers.ts";
export type { BundledAlgorithm } from "./contracts/shared-memory.ts";
export * from "./contracts/system.ts";
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
