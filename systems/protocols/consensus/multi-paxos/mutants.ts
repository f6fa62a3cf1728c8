import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { multiPaxosRules, type Rules } from "./rules.ts";

/** A mutant of Multi-Paxos: its description, and the rules with one of them wrong. */
export interface MultiPaxosMutant extends ProtocolMutant {
  readonly rules: Rules;
}

export const multiPaxosMutants: readonly MultiPaxosMutant[] = [];

void multiPaxosRules;
