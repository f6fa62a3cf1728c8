import { unknownName } from "../histories/errors.ts";
import { protocols } from "../systems/catalogue.ts";
import type { System } from "../systems/contracts/system.ts";
import { memoryRegister } from "../systems/databases/memory-register/memory-register.ts";
import { mariadb } from "../systems/databases/mariadb/mariadb.ts";
import { postgres } from "../systems/databases/postgres/postgres.ts";
import { serializableStore, snapshotStore } from "../systems/databases/transactional/stores.ts";
import { protocolSystem } from "./protocol-system.ts";

/** The systems that come with Rashomon: its protocols, and its database adapters. */
export const systems: readonly System[] = [
  ...protocols.map(protocolSystem),
  memoryRegister,
  snapshotStore,
  serializableStore,
  postgres,
  mariadb,
];

/** The system of that name; a usage error that lists the known ones if there is none. */
export function findSystem(name: string): System {
  const found = systems.find((system) => system.name === name);
  if (found === undefined) {
    throw unknownName(
      "system",
      name,
      systems.map((system) => system.name),
    );
  }
  return found;
}
