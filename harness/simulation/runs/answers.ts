import type { Verdict } from "../../../checkers/verdict.ts";
import { canonical, isJsonArray } from "../../../histories/json.ts";
import type { Operation } from "../../../histories/operation.ts";

/**
 * Whether whatever clients heard was an answer to what they had asked, or an error. Of real systems anything may be heard, and
 * says nothing; who answers a read as if it were a write, in simulation, has a bug that would only look like patience lost.
 */
export function judgeAnswers(operations: Iterable<Operation>): Verdict {
  const wrong: Operation[] = [];
  for (const operation of operations) {
    const { error } = operation;
    if (isJsonArray(error) && error[0] === "unexpected-answer") wrong.push(operation);
  }
  const [first] = wrong;
  return {
    checker: "answers",
    valid: first === undefined,
    anomalies:
      first === undefined
        ? []
        : [
            {
              type: "unexpected-answer",
              operations: wrong.slice(0, 20).map(({ index }) => index),
              explanation: `A client asked for ${first.f} and heard ${canonical((isJsonArray(first.error) ? first.error[1] : null) ?? null)}, which is neither an answer to that nor an error.`,
            },
          ],
    statistics: { unexpected: wrong.length },
  };
}
