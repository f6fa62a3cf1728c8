import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { Random } from "../../workloads/random.ts";

/** How many nodes a fault hits. */
export const targetSpecifications = ["one", "minority", "majority", "all"] as const;
export type TargetSpecification = (typeof targetSpecifications)[number];

/** Nodes chosen by chance, as many as `specification` says; sorted, so that equal choices look equal. */
export function chooseTargets(
  specification: TargetSpecification,
  nodes: readonly NodeId[],
  random: Random,
): readonly NodeId[] {
  return random.shuffle(nodes).slice(0, targetCount(specification, nodes.length)).toSorted();
}

function targetCount(specification: TargetSpecification, nodes: number): number {
  switch (specification) {
    case "one":
      return 1;
    case "minority":
      return Math.max(1, Math.floor((nodes - 1) / 2));
    case "majority":
      return Math.floor(nodes / 2) + 1;
    case "all":
      return nodes;
  }
}
