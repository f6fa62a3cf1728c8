import type { Edge, IsolationEngine, LevelDecision } from "../decision.ts";
import type { Level } from "../levels.ts";
import type { Budget } from "../../checker.ts";
import type { Reading } from "../reading.ts";
import { isByPredicate } from "../cycles/forbids.ts";
import { itemsOnly } from "./items-only.ts";

/**
 * What an engine decides where rows were read by predicate, of which engines know nothing: repeatable read is asked about items alone, and
 * edges that are by predicate are called so.
 */
export function decideByPredicate(
  engine: IsolationEngine,
  reading: Reading,
  level: Level,
  budget: Budget,
): LevelDecision | undefined {
  if (reading.readByPredicate === undefined) return engine.decide(reading, level, budget);
  const { reading: judged, inWhole } =
    level.name === "repeatable-read" ? itemsOnly(reading) : { reading, inWhole: (edge: Edge) => edge };
  const decision = engine.decide(judged, level, budget);
  if (decision === undefined || !("cycle" in decision)) return decision;
  const named = (edge: Edge): Edge => {
    const whole = byPredicate(reading, inWhole(edge));
    return edge.because === undefined ? whole : { ...whole, because: edge.because.map(named) };
  };
  return { ...decision, cycle: decision.cycle.map(named) };
}

/** The edge, called one of a predicate if the reader read what it is about by predicates only. */
function byPredicate(reading: Reading, edge: Edge): Edge {
  if (edge.kind === "rw") return isByPredicate(reading, edge) ? { ...edge, kind: "rwp" } : edge;
  if (edge.kind !== "wr") return edge;
  const { readByPredicate, readFirst, readKey, readFrom } = reading;
  for (let entry = readFirst[edge.to]!; entry < readFirst[edge.to + 1]!; entry++)
    if (
      readKey[entry] === edge.key &&
      readByPredicate?.[entry] !== 1 &&
      (readFrom[entry] === edge.from || readFrom[entry]! < 0)
    )
      return edge;
  return { ...edge, kind: "wrp" };
}
