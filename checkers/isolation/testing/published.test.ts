import { describe, expect, test } from "vitest";
import { judgeByAdya } from "../formalisms/adya/adya.ts";
import { judgeByBiswasEnea } from "../formalisms/biswas-enea/biswas-enea.ts";
import { judgeByCerone } from "../formalisms/cerone/cerone.ts";
import { judgeByCrooks } from "../formalisms/crooks/crooks.ts";
import { everyLevel, levelText } from "../formalisms/plain.ts";
import { plainOf } from "../formalisms/plain-of.ts";
import { implies } from "../lattice.ts";
import { transactionsOf } from "../transactions/transactions-of.ts";
import { transactionHistory } from "./notation.ts";
import { published } from "./published.ts";

describe("published anomalies", () => {
  test.each(published)("$name", ({ text, violates }) => {
    const history = plainOf(transactionsOf(transactionHistory(text)));
    const weakest = violates.map((name) => everyLevel.find((level) => levelText(level) === name)!);
    const verdicts = judgeByAdya(history);
    for (const level of everyLevel) {
      const judged = level.name === "view-serializable" ? { ...level, name: "serializable" as const } : level;
      const holds = !weakest.some((broken) => implies(judged, broken));
      expect({ level: levelText(level), holds: verdicts.get(levelText(level)) }).toEqual({
        level: levelText(level),
        holds,
      });
    }
    for (const judge of [judgeByCrooks, judgeByCerone, judgeByBiswasEnea])
      for (const [level, holds] of judge(history))
        // Crooks asks nothing of reads of own writes at read committed.
        if (judge !== judgeByCrooks || level !== "read-committed")
          expect({ level, holds }).toEqual({ level, holds: verdicts.get(level) });
  });
});
