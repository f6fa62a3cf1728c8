import { describe, expect, it } from "vitest";

import { isJsonObject } from "../../histories/json.ts";
import { checkIsolation } from "./isolation.ts";
import { implies, levels } from "./lattice.ts";
import { nameOf, parseLevelName } from "./names.ts";
import { transactionHistory } from "./testing/notation.ts";
import { published } from "./testing/published.ts";

describe("anomalies that were published", () => {
  it.each(published)("$name ($source)", ({ text, violates }) => {
    const verdict = checkIsolation(transactionHistory(text));
    const found = isJsonObject(verdict.details) ? verdict.details["levels"] : undefined;
    const named = violates.flatMap((name) => {
      const asked = parseLevelName(name);
      return "level" in asked ? [asked.level] : [];
    });
    // Whatever is not serializable is not view-serializable either, as no version numbers were told.
    const broken = named.flatMap((level) =>
      implies({ name: "serializable", strength: level.strength }, level)
        ? [level, { name: "view-serializable" as const, strength: level.strength }]
        : [level],
    );
    // Nor is any of them about predicates, by which alone repeatable read would let some of these pass.
    const asItems = [
      "cursor-stability",
      "monotonic-atomic-view",
      "monotonic-view",
      "consistent-view",
      "update-serializable",
    ];
    const brokenForItems = broken.flatMap((level) =>
      asItems.includes(level.name)
        ? [level, { name: "repeatable-read" as const, strength: level.strength }]
        : [level],
    );
    for (const level of levels)
      expect({ level: nameOf(level), valid: isJsonObject(found) ? found[nameOf(level)] : undefined }).toEqual(
        {
          level: nameOf(level),
          valid: !brokenForItems.some((one) => implies(level, one)),
        },
      );
    if (violates.length > 0) expect(verdict.anomalies.length).toBeGreaterThan(0);
  });
});
