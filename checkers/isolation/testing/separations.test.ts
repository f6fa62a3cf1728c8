import { describe, expect, test } from "vitest";
import { judgeByAdya } from "../formalisms/adya/adya.ts";
import { everyLevel, levelText } from "../formalisms/plain.ts";
import { implies } from "../lattice.ts";
import type { Level } from "../levels.ts";
import { separations } from "./separations.ts";

describe("the histories that tell levels apart", () => {
  test.each(separations.map((separation, i) => [i, separation] as const))(
    "are judged by definition as recorded: %i",
    (_, { history, holds }) => {
      const judged = [...judgeByAdya(history)].flatMap(([level, valid]) => (valid ? [level] : []));
      expect(new Set(judged)).toEqual(holds);
    },
  );

  test("leave exactly the implications of the lattice", () => {
    for (const a of everyLevel)
      for (const b of everyLevel) {
        const separated = separations.some(
          ({ holds }) => holds.has(levelText(a)) && !holds.has(levelText(b)),
        );
        const pair = `${levelText(a)} implies ${levelText(b)}`;
        if (implies(a, b)) expect(separated, pair).toBe(false);
        else if (!isToldApartElsewhere(a)) expect(separated, pair).toBe(true);
      }
  });
});

/** View serializability differs from others by versions that systems tell, repeatable read by predicates. */
function isToldApartElsewhere({ name }: Level): boolean {
  return name === "view-serializable" || name === "repeatable-read";
}
