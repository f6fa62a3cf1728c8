import type { Certificate, Verdict } from "../verdict.ts";

/** A valid verdict with its certificate, verified; unknown if that does not confirm it, which is a mistake of ours. */
export function confirmed(verdict: Verdict, certificate: Certificate, problem: string | undefined): Verdict {
  return problem === undefined
    ? { ...verdict, certificate, verified: true }
    : {
        ...verdict,
        valid: "unknown",
        certificate,
        verified: false,
        reason: `internal: certificate did not verify (${problem})`,
      };
}
