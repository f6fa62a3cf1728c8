import { strengths, type Level } from "../../levels.ts";
import { everyLevel, levelText, type PlainHistory, type PlainVerdicts } from "../plain.ts";
import { accounts, choicesOfCommitted, versionOrder, versionOrders } from "./accounts.ts";
import { Graph, heeded } from "./graph.ts";
import { contradictsItself, contradictsOwnWrites } from "./internal.ts";
import { isRuledOut, obeys, ownListsFail, type Facts } from "./rules.ts";
import { showsTwice, writesNotInterleaved } from "./uncommitted.ts";

/**
 * Isolation by dependency graphs (Adya 1999) as `docs/isolation.md` defines it, to the letter: tries every choice of
 * committed transactions, every version order of every key, and every choice of writers. For a handful of transactions.
 */
export function judgeByAdya(history: PlainHistory): PlainVerdicts {
  const open = new Set(everyLevel);
  const facts = factsOf(history);
  for (const level of everyLevel) if (isRuledOut(level.name, facts)) open.delete(level);
  const ruledOut = everyLevel.filter((level) => !open.has(level));
  for (const committed of choicesOfCommitted(history)) {
    for (const order of versionOrders(committed)) {
      const orders = heeded(committed, history);
      const versions = versionOrder({ ...committed, order });
      if (writesNotInterleaved({ ...committed, order }, history)) {
        for (const level of open)
          if (level.name === "read-uncommitted" && orders[level.strength].or(versions).acyclic())
            open.delete(level);
      }
      for (const account of accounts(committed, order)) {
        for (const strength of strengths) {
          const graph = new Graph(account, orders, strength);
          if (!graph.depends.acyclic()) continue;
          for (const level of open)
            if (
              level.strength === strength &&
              level.name !== "read-uncommitted" &&
              (account.ownLists || !isRuledOut(level.name, ownListsFail)) &&
              obeys(graph, level.name)
            )
              open.delete(level);
        }
      }
    }
  }
  for (const level of ruledOut) open.add(level);
  return new Map(everyLevel.map((level: Level) => [levelText(level), !open.has(level)]));
}

export function factsOf(history: PlainHistory): Facts {
  return {
    duplicates: showsTwice(history),
    internal: contradictsItself(history),
    ownWrites: contradictsOwnWrites(history),
  };
}
