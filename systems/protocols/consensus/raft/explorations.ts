import type { Exploration } from "../../../contracts/protocol.ts";
import { electionExplorations } from "./explorations/elections.ts";
import { membershipExplorations } from "./explorations/membership.ts";
import { readExplorations } from "./explorations/reads.ts";
import { replicationExplorations } from "./explorations/replication.ts";
import { snapshotExplorations } from "./explorations/snapshots.ts";

export const raftExplorations: readonly Exploration[] = [
  ...electionExplorations,
  ...replicationExplorations,
  ...readExplorations,
  ...membershipExplorations,
  ...snapshotExplorations,
];
