import type { SystemSetting } from "../../contracts/system.ts";

/** When the log of changes is forced to the disk; the servers' own default is every second. */
export const appendfsync: SystemSetting = {
  name: "appendfsync",
  summary:
    "when changes are forced to the disk: before each is acknowledged, every second, or when the system likes",
  values: ["always", "everysec", "no"],
};

export const reads: SystemSetting = {
  name: "reads",
  summary: "whether clients read on the primary, or each on a node of its own",
  values: ["primary", "replicas"],
};

export const replication: SystemSetting = {
  name: "replication",
  summary: "whether a client waits (WAIT) until a replica has its change",
  values: ["asynchronous", "synchronous"],
};

/** Why its clock is not set by libfaketime. */
export const withoutLibfaketime = "it hangs at its start, as programs with jemalloc do";
