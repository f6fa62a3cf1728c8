import { UsageError } from "../../../histories/errors.ts";

/** Workloads whose reads may show at read uncommitted what is undone later, so that nothing is promised of them. */
const readPlainly: ReadonlySet<string> = new Set(["register", "set", "counter", "queue"]);

/**
 * What servers that speak SQL promise of a workload. Of transactions it is their isolation level. Sets, counters, queues and locks are kept at every level from read committed:
 * each of their operations changes a row by one statement, or locks it before; what is behind on a server of several is what its reads show.
 * A usage error for what makes no sense at a level.
 */
export function sqlPromises(
  workload: string,
  { level, promised, servers }: { level: string; promised: string; servers: number },
): readonly string[] {
  if (level === "read-uncommitted" && readPlainly.has(workload))
    throw new UsageError(
      `Nothing is promised of the workload ${workload} at read uncommitted, which shows clients what may be undone. Choose another level: --isolation-level read-committed.`,
    );
  switch (workload) {
    case "set":
    case "counter":
      return [servers === 1 ? "linearizable" : "eventual"];
    case "queue":
      return ["exactly-once"];
    case "lock":
      return ["fenced-releases"];
    default:
      return [promised];
  }
}
