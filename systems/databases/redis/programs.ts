import type { Invocation } from "../../contracts/client.ts";
import { onIds, onLogs, onOneCounter, onOneQueue, onOneSet } from "./collections.ts";
import { onLocks, onOneRegister } from "./objects.ts";
import type { RedisOperation } from "./operation.ts";
import { onAccounts, onLists, onRegisters } from "./transactions.ts";

/** What the operations of a workload do. */
type Program = (invocation: Invocation) => RedisOperation;

const ofOneKey: Readonly<Record<string, Program>> = {
  register: onOneRegister,
  lock: onLocks,
  set: onOneSet,
  counter: onOneCounter,
  queue: onOneQueue,
  log: onLogs,
  "unique-ids": onIds,
};

const ofManyKeys: Readonly<Record<string, Program>> = {
  "list-append": onLists,
  "rw-register": onRegisters,
  "long-fork": onRegisters,
  bank: onAccounts,
};

/** The workloads whose operations are about a key each, so that a cluster serves them. */
export const workloadsOfOneKey = Object.keys(ofOneKey);

/** The workloads that a server which has all keys serves. */
export const redisWorkloads = [...workloadsOfOneKey, ...Object.keys(ofManyKeys)];

/** What the operations of a workload do. Throws a `TypeError` for a workload that is not served. */
export function programOf(workload: string): Program {
  const programs = { ...ofOneKey, ...ofManyKeys };
  const program = Object.hasOwn(programs, workload) ? programs[workload] : undefined;
  if (program === undefined)
    throw new TypeError(`expected one of the workloads ${redisWorkloads.join(", ")}, found ${workload}`);
  return program;
}
