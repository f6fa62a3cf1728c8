import type { Anomaly, Validity, Verdict } from "../checkers/verdict.ts";
import type { History } from "../histories/history.ts";
import { isJsonObject } from "../histories/json.ts";
import { readIsolationAnomaly } from "./isolation-evidence.ts";
import { counted, cut, printable, valueText } from "./text.ts";

/** What verdicts mean, in words for people who have never read one. */

export function validityWord(valid: Validity): "VALID" | "INVALID" | "UNKNOWN" {
  return valid === true ? "VALID" : valid === false ? "INVALID" : "UNKNOWN";
}

/** "linearizable(register)", or the checker's name alone. */
export function checkName(verdict: { readonly checker: string; readonly model?: string }): string {
  return printable(verdict.model === undefined ? verdict.checker : `${verdict.checker}(${verdict.model})`);
}

/** The outcome of all checks in one sentence; `extent` says what was judged where that is no history of operations. */
export function outcomeSentence(
  valid: Validity,
  verdicts: readonly Verdict[],
  operations: number,
  extent?: string,
): string {
  if (valid === false) {
    const anomalies = verdicts.flatMap((verdict) => verdict.anomalies);
    const [first] = anomalies;
    if (first === undefined) return "The checks failed; the cards below say why.";
    const more = anomalies.length - 1;
    return (
      sentence(printable(cut(readIsolationAnomaly(first.evidence)?.heading ?? first.explanation, 600))) +
      (more > 0 ? ` ${counted(more, "more contradiction was", "more contradictions were")} found.` : "")
    );
  }
  if (valid === "unknown") {
    if (operations === 0 && extent === undefined)
      return "No client operation was recorded, and 0 operations prove nothing.";
    const open = verdicts.find((verdict) => verdict.valid === "unknown");
    const why = open?.reason === undefined ? "" : ` ${sentence(capital(printable(cut(open.reason, 400))))}`;
    return `${extent === undefined ? "This run proves" : `These ${extent} prove`} nothing either way.${why}`;
  }
  if (extent !== undefined) return `Nothing in these ${extent} contradicts what was asked.`;
  const proved = verdicts.some(({ certificate, verified }) => certificate !== undefined && verified === true);
  return proved
    ? `One consistent account explains all ${counted(operations, "operation")} that the clients saw, and separate code verified it.`
    : `Nothing that the clients saw in ${counted(operations, "operation")} contradicts what the system promises.`;
}

/** What a person can do about an unknown verdict. */
export function advice(verdict: Verdict): string | undefined {
  if (verdict.valid !== "unknown") return undefined;
  const reason = (verdict.reason ?? "").toLowerCase();
  if (/no evidence|nothing|no (read|operation|ok|commit|success)/.test(reason))
    return "Run longer, with more clients, or with a workload that reads what it writes, so that there is something to judge by.";
  if (/step|budget|second|time|memory|ran out|limit/.test(reason))
    return "Give the check a larger budget, or make it easier: more keys with fewer operations each, fewer operations of unknown outcome.";
  return "Read the reason above; the history itself is complete and can be checked again.";
}

/** Text of the independent object that an anomaly is about: what its evidence says, else its operations. */
export function anomalyKey(anomaly: Anomaly, history: History): string | undefined {
  const evidence: unknown = anomaly.evidence;
  const named = isJsonObject(evidence) ? evidence["key"] : undefined;
  if (named !== undefined && named !== null) return valueText(named, 100);
  const first = anomaly.operations.find((index) => index >= 0 && index < history.length);
  const key = first === undefined ? -1 : (history.columns.key[first] ?? -1);
  return key < 0 ? undefined : valueText(history.keys[key] ?? null, 100);
}

/** The operation that the evidence of an anomaly points at. */
export function anomalyFocus(evidence: { readonly kind: string } | undefined): number | undefined {
  const plain: unknown = evidence;
  const focus = isJsonObject(plain) ? plain["operation"] : undefined;
  return typeof focus === "number" && Number.isSafeInteger(focus) ? focus : undefined;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sentence(text: string): string {
  return /[.!?…)]$/.test(text) ? text : `${text}.`;
}
