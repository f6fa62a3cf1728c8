import type { Exploration } from "../../../contracts/protocol.ts";

export const zabExplorations: readonly Exploration[] = [];
