import type { Exploration } from "../../../contracts/protocol.ts";

export const raftExplorations: readonly Exploration[] = [];
