import { history } from "../../histories/testing/notation.ts";
import type { LinearizationCertificate, NonlinearizableEvidence } from "../linearizability/evidence.ts";
import { check, type LinearizabilityOptions } from "../linearizability/linearizable.ts";

/** The verdict on a history in words, with what most tests ask of it. */
export function judge(text: string, options: string | LinearizabilityOptions = "register") {
  const verdict = check(history(text), typeof options === "string" ? { model: options } : options);
  return {
    ...verdict,
    orders: (verdict.certificate as LinearizationCertificate | undefined)?.partitions.map(
      ({ order }) => order,
    ),
    evidence: verdict.anomalies[0]?.evidence as NonlinearizableEvidence | undefined,
    explanation: verdict.anomalies[0]?.explanation,
  };
}
