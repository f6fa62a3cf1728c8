import type { Formalism } from "../evidence.ts";
import type { Finding } from "../finding.ts";
import type { Level } from "../levels.ts";
import { nameOf } from "../names.ts";
import type { EdgeSentences } from "./edge-sentences.ts";
import { sentenceOfFinding } from "./finding-sentences.ts";
import { list } from "./headings.ts";
import type { TransactionTexts } from "./transaction-text.ts";

/** Which rule of each formalism a finding breaks. */
const rules: Readonly<Record<Formalism, Readonly<Record<string, string>>>> = {
  adya: {
    internal:
      "Adya: a transaction that reads an object after it wrote it must read its own version, and G2 forbids two versions in one transaction.",
    G1a: "Adya: G1a, aborted reads: a committed transaction read a version of an aborted one.",
    G1b: "Adya: G1b, intermediate reads: a committed transaction read a version that is not the final one of its writer.",
    "lost-update":
      "Adya: G-cursor and G2-item: whichever version came first, the other's reader anti-depends on it.",
  },
  crooks: {
    internal:
      "Crooks: the read states of the later operation are not those that its own write leaves: PREREAD fails.",
    "lost-update":
      "Crooks: both have the same read state and write the same key, so NO-CONF fails for whichever comes later.",
  },
  cerone: {
    internal:
      "Cerone: INT asks the latest operation on the key before it, in the same transaction, for the same value.",
    "lost-update": "Cerone: NOCONFLICT makes one see the other, and EXT then has it read the other's write.",
  },
};

const anyRule: Readonly<Record<Formalism, string>> = {
  adya: "Adya: no version order and no assignment of versions to reads explains it (well-formedness of histories, G1).",
  crooks:
    "Crooks: the read has no read state in any execution, so PREREAD, which every commit test but the weakest asks for, fails.",
  cerone:
    "Cerone: EXT asks for a visible committed transaction whose final write the read returned; there is none.",
};

export function findingInWords(formalism: Formalism, finding: Finding, texts: TransactionTexts): string[] {
  return [sentenceOfFinding(finding, texts), rules[formalism][finding.type] ?? anyRule[formalism]];
}

const refuted: Readonly<Record<Formalism, string>> = {
  adya: "every version order of their writes gives a direct serialization graph with a proscribed cycle",
  crooks: "in every execution the commit test fails for at least one of them",
  cerone:
    "no visibility and arbitration satisfy all axioms: every arbitration of their writes makes them clash",
};

export function coreInWords(
  formalism: Formalism,
  level: Level,
  nodes: readonly number[],
  sentences: EdgeSentences,
): string[] {
  const names = list(nodes.map((node) => sentences.name(node)));
  return [`Of ${names}, under ${nameOf(level)}: ${refuted[formalism]}.`];
}
