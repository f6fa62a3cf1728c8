import type { History } from "../../histories/history.ts";
import { canonical, inWords } from "../../histories/json.ts";
import type { Checker } from "../checker.ts";
import type { Verdict } from "../verdict.ts";
import { malformed, Named, named, type Attempt } from "./attempts.ts";
import { Contradictions, otherFunctions } from "./contradictions.ts";
import { objectsOf, ofObject } from "./objects.ts";

/**
 * A generator of ids: `generate` gives one that nobody was given before (`duplicate-id`). An id that got lost on its way to the client is
 * known to nobody, so it stands in nobody's way.
 */
export const uniqueIds: Checker = {
  name: "unique-ids",
  summary: "no id is given out twice",
  check: checkIds,
};

function checkIds(history: History): Verdict {
  const { objects, others } = objectsOf(history, ["generate"]);
  const found = new Contradictions();
  let attempted = 0;
  let acknowledged = 0;
  let most = 0;
  for (const object of objects) {
    const given = new Map<string, Attempt>();
    let here = 0;
    for (const attempt of object.attempts) {
      attempted++;
      if (attempt.outcome !== "ok") continue;
      if (attempt.result === null) throw malformed(attempt, "an id other than null", attempt.result);
      here++;
      const id = canonical(attempt.result);
      const first = given.get(id);
      if (first === undefined) given.set(id, attempt);
      else
        found.add(
          "duplicate-id",
          [first.index, attempt.index],
          () =>
            `${Named(attempt)} was given ${inWords(attempt.result)}${ofObject("generator", object)}, as ${named(first)} was before.`,
        );
    }
    acknowledged += here;
    most = Math.max(most, here);
  }
  const open = most < 2 ? "no evidence: fewer than two ids were given out" : undefined;
  return found.verdict("unique-ids", { attempted, acknowledged }, open, otherFunctions(others));
}
