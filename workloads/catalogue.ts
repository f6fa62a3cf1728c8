import { unknownName } from "../histories/errors.ts";
import { register } from "./register.ts";
import type { Workload } from "./workload.ts";

/** The workloads by name. */
export const workloads: ReadonlyMap<string, Workload> = new Map([register].map((each) => [each.name, each]));

/** The workload of that name; an error that lists the known ones when there is none. */
export function workload(name: string): Workload {
  const found = workloads.get(name);
  if (found === undefined) throw unknownName("workload", name, workloads.keys());
  return found;
}
