export { findToxiproxy, type FoundToxiproxy } from "./find.ts";
export { standardToxics } from "./registry.ts";
export { startToxiproxy, type ToxiproxyOptions, type ToxiproxyServer } from "./server.ts";
export type {
  AttributeKind,
  Behaviour,
  Chunk,
  Direction,
  Ending,
  Inlet,
  Outlet,
  Toxic,
  ToxicType,
} from "./toxic.ts";
