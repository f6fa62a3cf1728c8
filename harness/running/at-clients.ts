import { isJsonObject } from "../../histories/json.ts";
import { between, type Grudge } from "../nemesis/grudge.ts";
import type { RealPackage } from "../nemesis/packages/fault-package.ts";
import { grudgeToJson } from "../nemesis/packages/fault-values.ts";
import { chooseTargets } from "../nemesis/targets.ts";

/** A package of faults on links, on those between some nodes and the clients alone. */
export function atClients(each: RealPackage): RealPackage {
  return {
    ...each,
    start(drawing, nodes) {
      const { random } = drawing;
      const proposal = each.start(drawing, nodes);
      if (each.kind !== "partition") {
        const { value } = proposal;
        return { ...proposal, value: { ...(isJsonObject(value) ? value : {}), between: "clients" } };
      }
      const targets = chooseTargets(random.pick(["one", "minority", "majority", "all"]), nodes, random);
      const both = between(["clients"], targets);
      // Silence in one direction is another fault than silence in both.
      const grudge: Grudge = random.pick([
        both,
        both.filter(({ to }) => to === "clients"),
        both.filter(({ from }) => from === "clients"),
      ]);
      return { ...proposal, value: { shape: "clients", grudge: grudgeToJson(grudge) } };
    },
  };
}
