import type { History } from "../../histories/history.ts";
import { canonical, inWords, type Json } from "../../histories/json.ts";
import { confirmed } from "../certificates/confirmed.ts";
import { verifyDecisions } from "../certificates/consensus.ts";
import type { Checker } from "../checker.ts";
import { attempts, named, Named, type Attempt } from "../simple/attempts.ts";
import { Contradictions, otherFunctions } from "../simple/contradictions.ts";
import type { Certificate, Verdict } from "../verdict.ts";

/** The account of a valid history: of each instance what was decided, and whose proposal it was. */
export interface DecisionsCertificate extends Certificate {
  readonly kind: "decisions";
  readonly decisions: readonly {
    readonly key: Json;
    readonly value: Json;
    /** Index of the invocation of a proposal of the value that began before anybody knew the decision. */
    readonly proposal: number;
  }[];
}

/** The first proposal of a value, and the first that did not fail. */
interface Proposed {
  readonly first: Attempt;
  possible: Attempt | undefined;
}

/** What was proposed for one key, by the text of its value, and what was learnt. */
interface Instance {
  readonly key: Json | undefined;
  readonly proposed: Map<string, Proposed>;
  readonly answers: Attempt[];
}

/**
 * Consensus seen from outside: `propose` with a key and a value, whose result is what was decided for the key. All results of a key
 * are equal (agreement), and equal to the value of a proposal that did not fail and that began before the first result
 * came (validity). That is exactly when a history of proposals is linearizable: the first proposal decides. What a proposal
 * of unknown outcome proposed may be decided.
 */
export const agreementOfHistories: Checker = {
  name: "agreement",
  summary: "of proposals for a key all learn the same value, and one that was proposed",
  check: checkAgreement,
};

function checkAgreement(history: History): Verdict {
  const others = new Set<string>();
  const instances = new Map<string, Instance>();
  for (const attempt of attempts(history)) {
    if (attempt.f !== "propose") {
      others.add(attempt.f);
      continue;
    }
    const name = attempt.key === undefined ? "" : canonical(attempt.key);
    let instance = instances.get(name);
    if (instance === undefined) {
      instance = { key: attempt.key, proposed: new Map(), answers: [] };
      instances.set(name, instance);
    }
    // Not what came back, even where null was proposed.
    const text = canonical(history.value(attempt.index));
    const proposed = instance.proposed.get(text);
    const possible = attempt.outcome === "fail" ? undefined : attempt;
    if (proposed === undefined) instance.proposed.set(text, { first: attempt, possible });
    else proposed.possible ??= possible;
    if (attempt.outcome === "ok") instance.answers.push(attempt);
  }
  const found = new Contradictions();
  const decisions: DecisionsCertificate["decisions"][number][] = [];
  let compared = 0;
  let answered = 0;
  for (const { key, proposed, answers: unsorted } of instances.values()) {
    const answers = unsorted.toSorted((a, b) => a.end - b.end);
    const [first] = answers;
    if (first === undefined) continue;
    answered += answers.length;
    if (answers.length > 1) compared++;
    judgeAgreement(key, answers, found);
    const proposal = judgeValidity(key, answers, proposed, found, history.completionsOnly);
    if (proposal !== undefined)
      decisions.push({ key: key ?? null, value: first.result, proposal: proposal.index });
  }
  const statistics = { instances: instances.size, answers: answered, "compared-instances": compared };
  const open =
    answered === 0
      ? "no evidence: no proposal was answered"
      : compared === 0
        ? "no evidence: no two proposals for one key were answered"
        : history.completionsOnly
          ? "the history does not tell when proposals began, so a value may have been proposed too late"
          : undefined;
  const verdict = found.verdict("agreement", statistics, open, otherFunctions(others));
  if (verdict.valid !== true) return verdict;
  const certificate: DecisionsCertificate = { kind: "decisions", decisions };
  return confirmed(verdict, certificate, verifyDecisions(history, certificate));
}

/** Each different answer against the first. */
function judgeAgreement(key: Json | undefined, answers: readonly Attempt[], found: Contradictions): void {
  const [first] = answers;
  if (first === undefined) return;
  const told = new Set([canonical(first.result)]);
  for (const answer of answers) {
    const text = canonical(answer.result);
    if (told.has(text)) continue;
    told.add(text);
    found.add(
      "disagreement",
      [first.index, answer.index],
      () =>
        `${Named(first)} learnt that ${inWords(first.result)} was decided${forKey(key)}, and ${named(answer)} that ${inWords(answer.result)} was.`,
    );
  }
}

/** A proposal that explains the first answer; each answer that none explains is a contradiction. */
function judgeValidity(
  key: Json | undefined,
  answers: readonly Attempt[],
  proposed: ReadonlyMap<string, Proposed>,
  found: Contradictions,
  timeless: boolean,
): Attempt | undefined {
  const told = new Set<string>();
  let explained: Attempt | undefined;
  for (const answer of answers) {
    const text = canonical(answer.result);
    if (told.has(text)) continue;
    told.add(text);
    const { first, possible } = proposed.get(text) ?? {};
    if (possible !== undefined && (timeless || possible.index < answer.end)) {
      explained ??= possible;
      continue;
    }
    const what = (): string =>
      `${Named(answer)} learnt that ${inWords(answer.result)} was decided${forKey(key)}`;
    if (possible !== undefined)
      found.add(
        "proposed-too-late",
        [answer.index, possible.index],
        () => `${what()} before ${named(possible)} began to propose it.`,
      );
    else if (first !== undefined)
      found.add(
        "failed-proposal",
        [answer.index, first.index],
        () => `${what()}; but ${named(first)}, which proposed it, failed, so that it was never proposed.`,
      );
    else found.add("never-proposed", [answer.index], () => `${what()}, which nobody had proposed for it.`);
  }
  return explained;
}

function forKey(key: Json | undefined): string {
  return key === undefined ? "" : ` for key ${inWords(key)}`;
}
