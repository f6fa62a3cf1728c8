import type { Budget } from "../../checker.ts";
import { Initial, ThinAir, WritesByKey, type Accesses } from "./accesses.ts";
import { AccessOrder } from "./order.ts";

/** Names of the patterns that refute causal consistency (Bouajjani, Enea, Guerraoui & Hamza 2017). */
export type BadPattern =
  | "ThinAirRead"
  | "CyclicCO"
  | "WriteCOInitRead"
  | "WriteCORead"
  | "CyclicCF"
  | "WriteHBInitRead"
  | "CyclicHB";

/** Which patterns each condition forbids: plain causal consistency, causal convergence, causal memory. */
export const forbidden = {
  CC: ["ThinAirRead", "CyclicCO", "WriteCOInitRead", "WriteCORead"],
  CCv: ["ThinAirRead", "CyclicCO", "WriteCOInitRead", "WriteCORead", "CyclicCF"],
  CM: ["ThinAirRead", "CyclicCO", "WriteCOInitRead", "WriteCORead", "WriteHBInitRead", "CyclicHB"],
} as const satisfies Readonly<Record<string, readonly BadPattern[]>>;
export type CausalCondition = keyof typeof forbidden;

/** A pattern found: its accesses, as each pattern has them, and ways of pairs that lead from one to the next. */
export interface FoundPattern {
  readonly pattern: BadPattern;
  /** Reader; then, of Write… patterns, the write in between; then what was read. Of cycles: all in order. */
  readonly accesses: readonly number[];
  readonly ways: () => readonly (readonly number[])[];
  /** Of cycles: from each access to the next, the read because of which it comes before that; −1: it does causally. */
  readonly because?: readonly number[];
}

export type PatternSearch =
  { readonly found: readonly FoundPattern[]; readonly order?: Int32Array } | { readonly gaveUp: string };

/** Patterns of one kind that are told. */
const toldMost = 4;
/** Numbers in the table of clocks, unless a budget says otherwise. */
const usualBytes = 4 * 500_000_000;

/**
 * Looks for the patterns that a condition forbids. `CO` is the order of the sessions and of who read from whom. For each read and
 * session only the last write before it matters, for those before that one follow; so for n accesses and k sessions CC and
 * CCv take O(n·k·log n). CM does so for each session, and again as long as its reads force something new.
 */
export function searchPatterns(
  accesses: Accesses,
  condition: CausalCondition,
  budget: Budget = {},
): PatternSearch {
  const { count, sessions, from } = accesses;
  const found: FoundPattern[] = [];
  for (let read = 0; read < count && found.length < toldMost; read++)
    if (from[read] === ThinAir) found.push({ pattern: "ThinAirRead", accesses: [read], ways: () => [] });
  if (4 * count * sessions > (budget.bytes ?? usualBytes))
    return found.length > 0
      ? { found }
      : { gaveUp: `${count} operations of ${sessions} sessions need larger tables than the budget` };
  const order = new AccessOrder(accesses);
  const causal = order.topological();
  if (causal.length < count) {
    const circle = order.circle(causal);
    return { found: [...found, { pattern: "CyclicCO", accesses: circle, ways: () => [] }] };
  }
  const clock = order.clocks(causal);
  const writes = new WritesByKey(accesses);
  found.push(...staleReads(accesses, order, writes, clock));
  if (found.length > 0 || condition === "CC") return { found, order: causal };
  if (condition === "CCv") return conflicts(accesses, writes, clock);
  for (let session = 0; session < sessions; session++) {
    const wrong = observed(accesses, writes, clock, session);
    if (wrong !== undefined) return { found: [wrong] };
  }
  return { found, order: causal };
}

/** WriteCOInitRead and WriteCORead: a write comes causally between what was read and the read. */
function staleReads(
  { count, sessions, session, place, key, from }: Accesses,
  order: AccessOrder,
  writes: WritesByKey,
  clock: Int32Array,
): FoundPattern[] {
  const found: FoundPattern[] = [];
  for (let read = 0; read < count; read++) {
    const writer = from[read]!;
    if (writer < Initial) continue;
    for (let s = 0; s < sessions; s++) {
      const between = writes.lastUpTo(key[read]!, s, clock[read * sessions + s]!);
      if (between < 0 || between === writer) continue;
      if (writer === Initial) {
        found.push({
          pattern: "WriteCOInitRead",
          accesses: [read, between],
          ways: () => [order.path(between, read)],
        });
        break;
      }
      if (clock[between * sessions + session[writer]!]! < place[writer]!) continue;
      found.push({
        pattern: "WriteCORead",
        accesses: [read, between, writer],
        ways: () => [order.path(writer, between), order.path(between, read)],
      });
      break;
    }
    if (found.length >= toldMost) break;
  }
  return found;
}

/** CyclicCF: every write that a read may see comes before the one that it read; all of this is to be one order. */
function conflicts(accesses: Accesses, writes: WritesByKey, clock: Int32Array): PatternSearch {
  const { count, sessions, place, key, from } = accesses;
  const order = new AccessOrder(accesses);
  for (let read = 0; read < count; read++) {
    const writer = from[read]!;
    if (writer <= Initial) continue;
    for (let s = 0; s < sessions; s++) {
      const other = writes.lastUpTo(key[read]!, s, clock[read * sessions + s]!);
      if (other < 0 || other === writer) continue;
      // What is causally before it anyhow need not be told again.
      if (clock[writer * sessions + s]! < place[other]!) order.add(other, writer, read);
    }
  }
  const arbitration = order.topological();
  if (arbitration.length === count) return { found: [], order: arbitration };
  return { found: [circleOf("CyclicCF", order, arbitration)] };
}

function circleOf(pattern: "CyclicCF" | "CyclicHB", order: AccessOrder, sorted: Int32Array): FoundPattern {
  const accesses = order.circle(sorted);
  return { pattern, accesses, ways: () => [], because: order.because(accesses) };
}

/** WriteHBInitRead and CyclicHB for the last operation of a session: an order of all writes and its own reads. */
function observed(
  accesses: Accesses,
  writes: WritesByKey,
  causal: Int32Array,
  session: number,
): FoundPattern | undefined {
  const { count, sessions, place, key, from, sessionFirst, sessionAccess } = accesses;
  const reads: number[] = [];
  for (let i = sessionFirst[session]!; i < sessionFirst[session + 1]!; i++)
    if (from[sessionAccess[i]!]! >= Initial) reads.push(sessionAccess[i]!);
  const order = new AccessOrder(accesses);
  let clock = causal;
  for (;;) {
    const before = order.added;
    for (const read of reads) {
      const writer = from[read]!;
      for (let s = 0; s < sessions; s++) {
        const other = writes.lastUpTo(key[read]!, s, clock[read * sessions + s]!);
        if (other < 0 || other === writer) continue;
        if (writer === Initial)
          return {
            pattern: "WriteHBInitRead",
            accesses: [read, other],
            ways: () => [order.path(other, read)],
          };
        if (clock[writer * sessions + s]! < place[other]!) order.add(other, writer, read);
      }
    }
    if (order.added === before) return undefined;
    const sorted = order.topological();
    if (sorted.length < count) return circleOf("CyclicHB", order, sorted);
    clock = order.clocks(sorted);
  }
}
