import { unknownName, UsageError } from "../../histories/errors.ts";
import { protocols } from "../../systems/catalogue.ts";
import type { ExploredKill, ProtocolMutant } from "../../systems/contracts/protocol.ts";
import { algorithms } from "../../systems/protocols/shared-memory/catalogue.ts";
import { algorithmSubject } from "./shared-memory/algorithm-subject.ts";
import { protocolSubject, type Explorable, type Subject, type Witness } from "./subject.ts";

/** Everything of the catalogues that can be explored. */
export function subjects(): readonly Subject[] {
  return [...protocols.map(protocolSubject), ...algorithms.map(algorithmSubject)];
}

/** The protocol or algorithm of that name; a usage error that lists the known ones if there is none. */
export function findSubject(name: string): Subject {
  const all = subjects();
  const found = all.find((subject) => subject.name === name);
  if (found === undefined) {
    throw unknownName(
      "protocol",
      name,
      all.map((subject) => subject.name),
    );
  }
  return found;
}

/**
 * The configurations to explore: the one asked for, or that in which the mutant must be caught, or all; of all, those that
 * look at one of the properties at least, if some are named.
 */
export function chosenConfigurations(
  subject: Subject,
  mutant?: string,
  configuration?: string,
  properties: readonly string[] = [],
): readonly Explorable[] {
  const stated = mutant === undefined ? undefined : mutantOf(subject, mutant).exploration;
  const all = subject.configurations(mutant);
  if (all.length === 0) {
    throw new UsageError(
      `${subject.name} has no small configuration to explore; give it one among its explorations.`,
    );
  }
  const known = new Set(all.flatMap((each) => each.properties));
  for (const property of properties) {
    if (!known.has(property)) throw unknownName(`property of ${subject.name}`, property, known);
  }
  const wanted = configuration ?? stated?.configuration;
  if (wanted === undefined) return all.filter((each) => looksAt(each, properties));
  const found = all.find(({ name }) => name === wanted);
  if (found === undefined) {
    throw unknownName(
      `configuration of ${subject.name}`,
      wanted,
      all.map(({ name }) => name),
    );
  }
  if (!looksAt(found, properties)) {
    throw new UsageError(
      `Configuration ${found.name} of ${subject.name} does not look at ${properties.join(" and ")}, but at ${found.properties.join(", ")}.`,
    );
  }
  return [found];
}

function looksAt({ properties }: Explorable, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((property) => properties.includes(property));
}

function mutantOf(subject: Subject, mutant: string): ProtocolMutant {
  const found = subject.mutants.find(({ name }) => name === mutant);
  if (found === undefined) {
    throw unknownName(
      `mutant of ${subject.name}`,
      mutant,
      subject.mutants.map(({ name }) => name),
    );
  }
  return found;
}

/** Whether a counterexample is the one that kills the mutant. */
export function kills(witness: Witness | undefined, { property, steps }: ExploredKill): boolean {
  return witness?.violation.property === property && witness.steps.length === steps;
}
