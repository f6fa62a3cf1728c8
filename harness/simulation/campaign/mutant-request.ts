import { InputError } from "../../../histories/errors.ts";
import type { Json } from "../../../histories/json.ts";
import type { SimulatedKill } from "../../../systems/contracts/protocol.ts";
import type { SimulationRequest } from "../runs/simulation-plan.ts";

/** The settings that a mutant may ask for, beyond nodes, faults and workload. */
const numbers = ["seconds", "rate", "concurrency", "interval", "liveness", "events"] as const;

/** The simulation in which a mutant of a protocol is to be caught. */
export function mutantRequest(protocol: string, mutant: string, kill: SimulatedKill): SimulationRequest {
  const { nodes, faults, workload, settings = {} } = kill;
  const asked: { [Name in (typeof numbers)[number]]?: number } = {};
  const ofWorkload: Record<string, Json> = {};
  for (const [name, value] of Object.entries(settings)) {
    const known = numbers.find((each) => each === name);
    if (known === undefined) ofWorkload[name] = value;
    else if (typeof value === "number") asked[known] = value;
    else {
      throw new InputError("E_MUTANT", {
        expected: `a number for ${name} of ${protocol}'s mutant ${mutant}`,
        found: JSON.stringify(value),
      });
    }
  }
  return {
    protocol,
    mutant,
    nodes,
    workload,
    faults: faults.length === 0 ? ["none"] : faults,
    settings: ofWorkload,
    ...asked,
  };
}
