import { canonical, isJsonArray, type Json } from "../../histories/json.ts";
import type { History } from "../../histories/history.ts";
import { Fail, Info, Invoke, Ok } from "../../histories/operation.ts";
import type { ArbitrationCertificate } from "../causality/memory/causal-memory.ts";

/**
 * Whether an order of reads and writes keeps the order of every session, has every read after the write that it read from, and lets each
 * read see the last write of its key among all that came causally before it; what is wrong otherwise. By sets of what is known, so
 * on purpose without the clocks by which it was found.
 */
export function verifyArbitration(
  history: History,
  { order }: ArbitrationCertificate,
  { nulls, keyed = false }: { readonly nulls: "initial" | "nothing"; readonly keyed?: boolean },
): string | undefined {
  const timed = !history.completionsOnly;
  const outcome = (index: number): number =>
    timed ? history.outcome(index) : (history.columns.type[index] ?? Info);
  const given = (index: number, ended: boolean): Json =>
    history.value(timed && ended ? history.completion(index) : index);
  const member = (value: Json, at: 0 | 1): Json => (isJsonArray(value) ? (value[at] ?? null) : null);
  const valueOf = (index: number, ended: boolean): Json =>
    keyed ? member(given(index, ended), 1) : given(index, ended);
  const keyOf = (index: number): string =>
    keyed ? canonical(member(given(index, false), 0)) : String(history.columns.key[index] ?? -1);
  /** What each process knows: of each key the latest write in the order, by its place. */
  const known = new Map<number, Map<string, number>>();
  const byWrite: (Map<string, number> | undefined)[] = [];
  const writes = new Map<string, number>();
  const last = new Map<number, number>();
  const present = new Set<number>(order);
  if (present.size < order.length) return "an operation is there twice";
  for (const [place, index] of order.entries()) {
    const f = history.f(index);
    const process = history.columns.process[index] ?? 0;
    if ((last.get(process) ?? -1) > index) return `operation ${index} is not in the order of its process`;
    last.set(process, index);
    const mine = known.get(process) ?? new Map<string, number>();
    known.set(process, mine);
    const key = keyOf(index);
    if (f === "write") {
      if (outcome(index) === Fail) return `operation ${index} failed`;
      const asked = valueOf(index, false);
      const value = asked === null && outcome(index) === Ok ? valueOf(index, true) : asked;
      writes.set(`${key} ${canonical(value)}`, place);
      mine.set(key, Math.max(place, mine.get(key) ?? -1));
      byWrite[place] = new Map(mine);
      continue;
    }
    if (f !== "read" || outcome(index) !== Ok) return `operation ${index} is no read or write`;
    const value = valueOf(index, true);
    const writer = writes.get(`${key} ${canonical(value)}`);
    if (writer === undefined) {
      if (value !== null) return `operation ${index} reads what is not written before`;
    } else for (const [other, at] of byWrite[writer]!) mine.set(other, Math.max(at, mine.get(other) ?? -1));
    if ((mine.get(key) ?? -1) !== (writer ?? -1)) return `operation ${index} knows of a later write`;
  }
  for (let index = 0; index < history.length; index++) {
    if (!history.isClient(index) || (history.columns.type[index] === Invoke) !== timed) continue;
    if (outcome(index) !== Ok || present.has(index)) continue;
    if (nulls === "nothing" && history.f(index) === "read" && valueOf(index, true) === null) continue;
    return `operation ${index} is missing`;
  }
  return undefined;
}
