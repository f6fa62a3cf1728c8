/** What must hold of any history of any model: checked by the tests on some, by `npm run fuzz` on many. */
import { isDeepStrictEqual } from "node:util";
import type { History } from "../../histories/history.ts";
import type { Operation } from "../../histories/operation.ts";
import { Alphabet } from "../linearizability/alphabet.ts";
import { readCalls } from "../linearizability/calls.ts";
import type { Limits } from "../linearizability/engines/engine.ts";
import { engines } from "../linearizability/engines/engines.ts";
import type { NonlinearizableEvidence } from "../linearizability/evidence.ts";
import { check } from "../linearizability/linearizable.ts";
import type { Model } from "../linearizability/model.ts";
import { ModelHistory } from "../linearizability/partition.ts";
import { StateTable } from "../linearizability/states.ts";
import type { Evidence } from "../verdict.ts";
import { linearizableByBruteForce } from "./brute-force.ts";
import { choices, metamorphoses, rebuilt } from "./metamorphoses.ts";
import type { Family } from "./small-histories.ts";

/** A law broken by a history, in words. */
export class LawBroken extends Error {
  readonly history: History;

  constructor(law: string, history: History, options?: ErrorOptions) {
    super(law, options);
    this.history = history;
  }
}

/** The verdict on a history; `undefined` when a budget ended. No evidence against it counts as linearizable. */
export function verdictOf(history: History, model: Model, limits?: Limits): boolean | undefined {
  const { valid, reason, anomalies, verified } = check(history, { model }, limits);
  if (valid === "unknown" && reason?.startsWith("no evidence") !== true) {
    if (reason?.startsWith("budget") === true) return undefined;
    throw new LawBroken(`no verdict: ${reason ?? "without a reason"}`, history);
  }
  if (valid === true && verified !== true) throw new LawBroken("the certificate is not verified", history);
  if (valid === false && anomalies.length === 0) throw new LawBroken("invalid without an anomaly", history);
  return valid !== false;
}

/** The verdict is that of trying every order. */
export function judgedByDefinition(history: History, { model }: Family): boolean {
  const expected = linearizableByBruteForce(history, model);
  if (verdictOf(history, model) !== expected)
    throw new LawBroken(`called ${said(!expected)}, which it is not by the definition`, history);
  return expected;
}

/** The events of the operations on one object. */
function eventsOfObject(history: History, model: Model, key: unknown): Operation[] {
  const source = new ModelHistory(history, model, false);
  const object = source.partitions().find((partition) => isDeepStrictEqual(partition.key, key));
  const events = new Set(Array.from(object?.operations ?? []).flatMap((i) => [i, history.completion(i)]));
  return [...history].filter(({ index }) => events.has(index));
}

/** The operation said to be the first impossible one: before its completion the history is valid, with it it is not. Whether there was one. */
export function firstImpossible(history: History, { model }: Family, limits?: Limits): boolean {
  let told = false;
  for (const { evidence } of check(history, { model }, limits).anomalies) {
    if (!isNonlinearizable(evidence) || !evidence.shortest) continue;
    told = true;
    const { completion, key } = evidence;
    const object = eventsOfObject(history, model, key);
    const until = (last: number): History => {
      const kept = object.filter(({ index }) => index <= last);
      return rebuilt(kept.filter((event) => !failsLater(history, event.index, last)));
    };
    if (verdictOf(until(completion), model, limits) === true)
      throw new LawBroken(
        `the prefix up to event ${completion} is valid, yet said to be impossible`,
        history,
      );
    if (verdictOf(until(completion - 1), model, limits) === false)
      throw new LawBroken(`the prefix before event ${completion} is invalid already`, history);
  }
  return told;
}

function isNonlinearizable(evidence: Evidence | undefined): evidence is NonlinearizableEvidence {
  return evidence?.kind === "nonlinearizable";
}

/** Whether the call of an event fails after `last`: the checker knows that it never happened, a prefix does not. */
function failsLater(history: History, index: number, last: number): boolean {
  const completion = history.operation(index).type === "invoke" ? history.completion(index) : -1;
  return completion > last && history.operation(completion).type === "fail";
}

/** Every engine that takes the problem says the same; how many did, by name. */
export function enginesAgree(
  history: History,
  { model }: Family,
  limits: Limits,
): { readonly verdict: boolean | undefined; readonly answers: readonly string[] } {
  const source = new ModelHistory(history, model, false);
  const answers: string[] = [];
  let overall: boolean | undefined = true;
  for (const partition of source.partitions()) {
    let agreed: { readonly engine: string; readonly verdict: boolean } | undefined;
    for (const engine of engines) {
      // Each with an alphabet and states of its own, so that none sees what another left behind.
      const alphabet = new Alphabet(model);
      const calls = readCalls(source, partition, alphabet);
      const decision = engine.decide({ calls, states: new StateTable(alphabet) }, limits);
      if (decision === undefined) continue;
      if (decision.end !== "linearizable" && decision.end !== "nonlinearizable") continue;
      const verdict = decision.end === "linearizable";
      answers.push(engine.name);
      agreed ??= { engine: engine.name, verdict };
      if (agreed.verdict !== verdict)
        throw new LawBroken(
          `${agreed.engine} calls it ${said(agreed.verdict)}, ${engine.name} ${said(verdict)}`,
          history,
        );
    }
    if (agreed === undefined) overall = overall && undefined;
    else if (!agreed.verdict) overall = false;
  }
  return { verdict: overall, answers };
}

/** What no change of `metamorphoses` may change; how often each applied, by name. */
export function metamorphosesHold(
  history: History,
  family: Family,
  seed: number,
  limits?: Limits,
): readonly string[] {
  const before = verdictOf(history, family.model, limits);
  if (before === undefined) return [];
  const applied: string[] = [];
  for (const { name, keeps, apply } of metamorphoses) {
    if (keeps === "valid" && !before) continue;
    if (keeps === "invalid" && before) continue;
    const changed = apply(history, family, choices(seed));
    if (changed === undefined) continue;
    const after = verdictOf(changed, family.model, limits);
    if (after === undefined) continue;
    applied.push(name);
    if (after !== before)
      throw new LawBroken(`${said(before)}, but with ${name} ${said(after)} (seed ${seed})`, history);
  }
  return applied;
}

function said(verdict: boolean): string {
  return verdict ? "linearizable" : "not linearizable";
}
