/** What an engine may answer about a small object, by the definition alone. */
import type { History } from "../../histories/history.ts";
import { canonical } from "../../histories/json.ts";
import { linearizableByDefinition, stepAll } from "../certificates/definition.ts";
import { Alphabet } from "../linearizability/alphabet.ts";
import { callsUntil, Never, readCalls, type Calls } from "../linearizability/calls.ts";
import type { Decision, Engine, Proof } from "../linearizability/engines/engine.ts";
import type { Model } from "../linearizability/model.ts";
import { ModelHistory } from "../linearizability/partition.ts";
import { StateTable } from "../linearizability/states.ts";

/** The calls of a history of a single object. */
export function callsOf(history: History, model: Model): Calls {
  const source = new ModelHistory(history, model, false);
  const [partition] = source.partitions();
  return readCalls(source, partition ?? { operations: new Int32Array(0) }, new Alphabet(model));
}

/** By trying every order. */
export function linearizableCalls(calls: Calls): boolean {
  return linearizableByDefinition(
    Array.from({ length: calls.length }, (_, i) => ({
      ...calls.alphabet.get(calls.action[i]!),
      begin: calls.begin[i]!,
      end: calls.end[i] === Never ? Infinity : calls.end[i]!,
    })),
    calls.alphabet.model,
  );
}

/** What is wrong with an order of calls; `undefined` when it is a linearization. */
export function flawOfOrder(
  { alphabet, length, begin, end, action }: Calls,
  order: Int32Array,
): string | undefined {
  const placed = new Set<number>();
  let states = [alphabet.model.initial];
  let latest = -Infinity;
  for (const position of order) {
    if (placed.has(position)) return `${position} is placed twice`;
    placed.add(position);
    if (end[position]! < latest) return `${position} returned before one placed before it began`;
    latest = Math.max(latest, begin[position]!);
    const { input, output } = alphabet.get(action[position]!);
    states = [...stepAll(alphabet.model, states, input, output)];
    if (states.length === 0) return `${position} is not admitted`;
  }
  for (let i = 0; i < length; i++) if (end[i] !== Never && !placed.has(i)) return `${i} is not placed`;
  return undefined;
}

/** What is wrong with a decision about a small object; `undefined` when it is right in all it says. */
export function flawOfDecision(calls: Calls, decision: Decision, linearizable: boolean): string | undefined {
  if (decision.end === "linearizable") {
    if (!linearizable) return "called linearizable";
    return flawOfOrder(calls, decision.order);
  }
  if (decision.end !== "nonlinearizable") return `gave up on ${decision.end}`;
  if (linearizable) return "called not linearizable";
  const { until, proof } = decision;
  if (until !== undefined) {
    if (linearizableCalls(callsUntil(calls, until))) return `the prefix until ${until} is linearizable`;
    if (!linearizableCalls(callsUntil(calls, until - 1)))
      return `a prefix before ${until} is not linearizable`;
    if (proof !== undefined && calls.end[proof.culprit] !== until) return "the culprit is another's";
  }
  return proof === undefined ? undefined : flawOfProof(calls, proof);
}

/** What is wrong with a proof: its calls have a linearization, or leave out who could have given a value. */
export function flawOfProof(calls: Calls, { calls: positions, culprit, against }: Proof): string | undefined {
  if (!positions.includes(culprit)) return "the culprit is not part of the proof";
  if (against !== undefined && !positions.includes(against)) return "the other is not part of the proof";
  const keep = new Uint8Array(calls.length);
  for (const position of positions) keep[position] = 1;
  if (linearizableCalls(callsUntil(calls, calls.end[culprit]!, keep))) return "the proof is linearizable";
  const { alphabet } = calls;
  const prefix = callsUntil(calls, calls.end[culprit]!);
  const kept = new Set(positions.map((position) => calls.event[position]!));
  const taken = new Set<string>();
  for (let i = 0; i < prefix.length; i++)
    if (kept.has(prefix.event[i]!))
      for (const token of alphabet.ties(prefix.action[i]!).takes) taken.add(canonical(token));
  for (let i = 0; i < prefix.length; i++)
    if (
      !kept.has(prefix.event[i]!) &&
      alphabet.ties(prefix.action[i]!).gives.some((token) => taken.has(canonical(token)))
    )
      // prettier-ignore
      return `${prefix.event[i]} could have given what the proof takes`;
  return undefined;
}

/** What an engine answered to small objects. */
export interface Tally {
  all: number;
  decided: number;
  invalid: number;
  exactPrefix: number;
  proofs: number;
}

/** Counts what an engine answers about a small history of one object; an error where that is wrong by definition. */
export function judgeByDefinition(engine: Engine, history: History, model: Model, counts: Tally): void {
  const calls = callsOf(history, model);
  const linearizable = linearizableCalls(calls);
  const decision = engine.decide({ calls, states: new StateTable(calls.alphabet) }, { steps: 1e9 });
  counts.all++;
  if (decision === undefined) return;
  counts.decided++;
  const flaw = flawOfDecision(calls, decision, linearizable);
  if (flaw !== undefined) throw new Error(`${flaw}\n${noted(history)}\n${JSON.stringify(decision)}`);
  if (decision.end !== "nonlinearizable") return;
  counts.invalid++;
  if (decision.until !== undefined) counts.exactPrefix++;
  if (decision.proof !== undefined) counts.proofs++;
}

/** The events of a history in words, to reproduce a failure. */
export function noted(history: History): string {
  return Array.from(history, ({ process, type, f, value }) => `${process} ${type} ${f} ${JSON.stringify(value)}`).join("\n"); // prettier-ignore
}
