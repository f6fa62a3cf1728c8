import { unknownName } from "../histories/errors.ts";
import { bank } from "./bank.ts";
import { broadcast } from "./broadcast.ts";
import { causalBroadcast } from "./causal-broadcast.ts";
import { causalReverse } from "./causal-reverse.ts";
import { counter } from "./counter.ts";
import { decide } from "./decide.ts";
import { dirtyRead } from "./dirty-read.ts";
import { listAppend } from "./list-append.ts";
import { lock } from "./lock.ts";
import { log } from "./log.ts";
import { longFork } from "./long-fork.ts";
import { predicate } from "./predicate.ts";
import { queue } from "./queue.ts";
import { register } from "./register.ts";
import { rwRegister } from "./rw-register.ts";
import { sequential } from "./sequential.ts";
import { set } from "./set.ts";
import { uniqueIds } from "./unique-ids.ts";
import type { Workload } from "./workload.ts";
import { writeSkew } from "./write-skew.ts";

/** The workloads by name. */
export const workloads: ReadonlyMap<string, Workload> = new Map(
  [
    register,
    listAppend,
    rwRegister,
    predicate,
    bank,
    longFork,
    writeSkew,
    causalReverse,
    sequential,
    dirtyRead,
    decide,
    broadcast,
    causalBroadcast,
    lock,
    set,
    queue,
    log,
    counter,
    uniqueIds,
  ].map((each) => [each.name, each]),
);

/** The workload of that name; an error that lists the known ones when there is none. */
export function workload(name: string): Workload {
  const found = workloads.get(name);
  if (found === undefined) throw unknownName("workload", name, workloads.keys());
  return found;
}
