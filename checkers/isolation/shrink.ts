import type { Budget } from "../checker.ts";
import type { IsolationEngine } from "./decision.ts";
import type { Level } from "./levels.ts";
import { Initial, type Reading } from "./reading.ts";
import { decideReading } from "./reading/decide-reading.ts";
import { restrict } from "./restrict.ts";

/** Larger sets explain nothing, and take long. */
const MostNodes = 4000;
/** Decisions in all. */
const MostAttempts = 600;

/**
 * A small set of nodes that by themselves break a level, ascending and without the initial one, from which none can be left
 * out; `undefined` when none was found within the limits. `start` are nodes that are likely to be enough.
 *
 * Delta debugging (Zeller and Hildebrandt 2002) with the exact engines. What breaks a level among some of the nodes breaks it
 * among all (`restrict`), so nothing is blamed that is innocent; what the others wrote, and reads of it, play no part.
 */
export function shrink(
  reading: Reading,
  level: Level,
  start: readonly number[],
  engines: readonly IsolationEngine[],
  budget: Budget = {},
): number[] | undefined {
  let attempts = 0;
  const breaks = (nodes: readonly number[]): boolean => {
    if (attempts >= MostAttempts || nodes.length === 0) return false;
    attempts++;
    const some = restrict(reading, Int32Array.from([Initial, ...nodes]));
    return decideReading(engines, some, level, budget)?.decision.valid === false;
  };
  const likely = closure(reading, start);
  const all = Array.from({ length: reading.nodes - 1 }, (_, i) => i + 1);
  let kept: number[] = breaks(likely) ? likely : all;
  if (kept.length > MostNodes) return undefined;
  if (kept === all && !breaks(all)) return undefined;
  for (let chunk = Math.max(1, kept.length >>> 1); ; chunk = Math.max(1, chunk >>> 1)) {
    let removed = false;
    for (let at = 0; at < kept.length;) {
      const without = [...kept.slice(0, at), ...kept.slice(at + chunk)];
      if (breaks(without)) {
        kept = without;
        removed = true;
      } else at += chunk;
    }
    if (chunk === 1 && !removed) break;
  }
  return attempts >= MostAttempts ? undefined : kept;
}

/** Nodes with those whose writes they read: an order of versions is worth nothing without the version that was read. */
function closure({ readFirst, readFrom }: Reading, nodes: readonly number[]): number[] {
  const closed = new Set(nodes.filter((node) => node !== Initial));
  for (const node of nodes)
    for (let entry = readFirst[node]!; entry < readFirst[node + 1]!; entry++)
      if (readFrom[entry]! > Initial) closed.add(readFrom[entry]!);
  return [...closed].toSorted((a, b) => a - b);
}
