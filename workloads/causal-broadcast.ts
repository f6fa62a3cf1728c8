import { broadcast, deliveryChecks } from "./broadcast.ts";
import type { Workload } from "./workload.ts";

/**
 * Causal broadcast: as the workload `broadcast`, but nodes may deliver messages in different orders, as long as each comes after
 * all that its sender had delivered before.
 */
export const causalBroadcast: Workload = {
  ...broadcast,
  name: "causal-broadcast",
  summary: "broadcasts of unique messages, and reads of all that a node has delivered, in causal order",
  checks: (options) => [{ checker: "causal-broadcast" }, ...deliveryChecks(options, "reliable")],
};
