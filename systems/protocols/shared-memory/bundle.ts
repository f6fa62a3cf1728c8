import { unknownName } from "../../../histories/errors.ts";
import type { ProtocolMutant } from "../../contracts/protocol.ts";
import type { BundledAlgorithm, StepMachine } from "../../contracts/shared-memory.ts";

/** A mutant of an algorithm: its description, and the rules of which one is wrong. */
export interface AlgorithmMutant<Rules> extends ProtocolMutant {
  readonly rules: Rules;
}

export interface AlgorithmDescription<Rules> extends Omit<BundledAlgorithm, "mutants" | "build"> {
  readonly rules: Rules;
  readonly mutants: readonly AlgorithmMutant<Rules>[];
  readonly machine: (rules: Rules) => StepMachine<unknown, unknown>;
}

/** An algorithm of the catalogue: by its rules, or those of the mutant of a name. */
export function algorithm<Rules>(description: AlgorithmDescription<Rules>): BundledAlgorithm {
  const { rules, machine, ...rest } = description;
  return {
    ...rest,
    build(mutant) {
      if (mutant === undefined) return machine(rules);
      const found = rest.mutants.find(({ name }) => name === mutant);
      if (found !== undefined) return machine(found.rules);
      throw unknownName(
        `mutant of ${rest.name}`,
        mutant,
        rest.mutants.map(({ name }) => name),
      );
    },
  };
}
