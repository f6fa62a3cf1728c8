import { unknownName } from "../../histories/errors.ts";

/** A version of a protocol: the protocol's rules with one of them wrong, or another. */
export interface RuleMutant<Rules> {
  readonly name: string;
  readonly rules: Rules;
}

/** The rules of the mutant of that name, or the right ones if none is asked for; a usage error that lists the known ones if there is none. */
export function rulesOf<Rules>(
  protocol: string,
  right: Rules,
  mutants: readonly RuleMutant<Rules>[],
  mutant: string | undefined,
): Rules {
  if (mutant === undefined) return right;
  const found = mutants.find(({ name }) => name === mutant);
  if (found !== undefined) return found.rules;
  throw unknownName(
    `mutant of ${protocol}`,
    mutant,
    mutants.map(({ name }) => name),
  );
}
