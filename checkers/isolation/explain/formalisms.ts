import type { Edge } from "../decision.ts";
import type { Formalism, FormalismView } from "../evidence.ts";
import type { Finding } from "../finding.ts";
import type { Level } from "../levels.ts";
import { adyaCycle, adyaLevels } from "./adya.ts";
import { ceroneCycle, ceroneLevels } from "./cerone.ts";
import { crooksCycle, crooksLevels } from "./crooks.ts";
import type { EdgeSentences } from "./edge-sentences.ts";
import { findingInWords, coreInWords } from "./formalism-words.ts";
import type { TransactionTexts } from "./transaction-text.ts";

/** Whether a formalism defines a level. */
export function hasTerms(formalism: Formalism, { name }: Level): boolean {
  switch (formalism) {
    case "adya":
      return adyaLevels.has(name);
    case "crooks":
      return crooksLevels.has(name);
    case "cerone":
      return ceroneLevels.has(name);
  }
}

/** A forbidden cycle as one of the formalisms tells it. */
export function viewOfCycle(
  formalism: Formalism,
  cycle: readonly Edge[],
  level: Level,
  sentences: EdgeSentences,
): FormalismView {
  switch (formalism) {
    case "adya":
      return { name: formalism, sentences: adyaCycle(cycle, level, sentences) };
    case "crooks":
      return { name: formalism, sentences: crooksCycle(cycle, level, sentences) };
    case "cerone":
      return { name: formalism, sentences: ceroneCycle(cycle, level, sentences) };
  }
}

/** A finding as one of the formalisms tells it. */
export function viewOfFinding(
  formalism: Formalism,
  finding: Finding,
  texts: TransactionTexts,
): FormalismView {
  return { name: formalism, sentences: findingInWords(formalism, finding, texts) };
}

/** A refutation by search as one of the formalisms tells it. */
export function viewOfCore(
  formalism: Formalism,
  level: Level,
  nodes: readonly number[],
  sentences: EdgeSentences,
): FormalismView {
  return { name: formalism, sentences: coreInWords(formalism, level, nodes, sentences) };
}
