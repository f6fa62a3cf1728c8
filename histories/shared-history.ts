import { ValueArena, type SharedArena } from "./codecs/value-arena.ts";
import { History, type HistoryParts } from "./history.ts";

/** A history in memory that threads share: a message to another thread carries it without copying its columns. */
export interface SharedHistory {
  readonly parts: Omit<HistoryParts, "values">;
  readonly values: SharedArena;
}

/** The history that another thread shared. */
export function historyOn({ parts, values }: SharedHistory): History {
  return new History({ ...parts, values: ValueArena.on(values) });
}
