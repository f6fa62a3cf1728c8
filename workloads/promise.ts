import { unknownName } from "../histories/errors.ts";
import type { Workload } from "./workload.ts";

/** `promise` if it is one of the workload's; else a usage error that lists those. */
export function promised({ name, promises = [""] }: Workload, promise: string): string {
  if (!promises.includes(promise)) throw unknownName(`promise of ${name}`, promise, promises);
  return promise;
}
